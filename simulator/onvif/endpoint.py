"""One SOAP request in, one SOAP reply out: reading, login, operation."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from simulator.faults import Fault
from simulator.login import Answer, Decision, Side
from simulator.onvif.names import ADDRESSING, SOAP, SoapFault, tag, wrap, wrap_fault
from simulator.onvif.operations import Operation, find_operation, perform
from simulator.state import DeviceState
from simulator.wsse import find_token

_SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoapReply:
    """What goes back over HTTP."""

    status: int
    body: bytes
    challenges: tuple[str, ...] = ()


async def answer_soap(
    state: DeviceState, raw: bytes, *, authorization: str | None, uri: str
) -> SoapReply:
    """Answer one envelope; ``uri`` is the request target that Digest signs."""
    envelope = _parse(raw)
    body = None if envelope is None else _first_of(envelope, "Body")
    request = None if body is None else next(iter(body), None)
    if envelope is None or request is None:
        return _fault(SoapFault(("ter:WellFormed",), "The request is not a SOAP envelope"))
    name = str(request.tag)
    state.requests.per_operation[etree.QName(request).localname] += 1
    operation = find_operation(state, name)
    if operation is None:
        return _fault(SoapFault(("ter:ActionNotSupported",), "Optional Action Not Implemented"))
    decision = _decide(state, operation, envelope, authorization=authorization, uri=uri)
    if decision is not None and not decision.ok:
        return _refusal(state, decision)
    try:
        answered = await perform(operation, state, request, uri.partition("?")[0])
    except SoapFault as fault:
        return _fault(fault)
    return SoapReply(status=200, body=wrap(answered, header=_reply_header(envelope)))


def _parse(raw: bytes) -> etree._Element | None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        envelope = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError:
        return None
    known = envelope.tag in (f"{{{SOAP}}}Envelope", f"{{{_SOAP_11}}}Envelope")
    return envelope if known else None


def _first_of(envelope: etree._Element, name: str) -> etree._Element | None:
    for space in (SOAP, _SOAP_11):
        found = envelope.find(f"{{{space}}}{name}")
        if found is not None:
            return found
    return None


def _decide(
    state: DeviceState,
    operation: Operation,
    envelope: etree._Element,
    *,
    authorization: str | None,
    uri: str,
) -> Decision | None:
    """None lets an open operation pass. The clock must be readable by who cannot sign yet."""
    token = find_token(envelope)
    if operation.open and ("GetSystemDateAndTime" in _body_name(envelope)):
        return None
    if authorization is not None:
        decision = state.login.check_digest(authorization, method="POST", uri=uri, side=Side.SOAP)
    elif token is not None:
        decision = state.login.check_wsse(token)
    else:
        return None if operation.open else state.login.challenge(Side.SOAP)
    if decision.ok and not operation.any_user and Fault.USER_LEVEL in state.faults:
        return Decision(answer=Answer.NOT_AUTHORIZED)
    return decision


def _body_name(envelope: etree._Element) -> str:
    body = _first_of(envelope, "Body")
    return "" if body is None or len(body) == 0 else str(body[0].tag)


def _refusal(state: DeviceState, decision: Decision) -> SoapReply:
    """Firmware words: a 401 when it wants Digest, else a fault with 400."""
    is_locked = decision.answer is Answer.LOCKED
    reason = state.login.lock_text if is_locked else "Sender not authorized"
    body = wrap_fault(SoapFault(("ter:NotAuthorized",), reason))
    status = 401 if decision.challenges else 400
    return SoapReply(status=status, body=body, challenges=decision.challenges)


def _fault(fault: SoapFault) -> SoapReply:
    return SoapReply(status=fault.status, body=wrap_fault(fault))


def _reply_header(envelope: etree._Element) -> str:
    """WS-Addressing of the reply, only when the request used it."""
    message_id = next(envelope.iter(f"{{{ADDRESSING}}}MessageID"), None)
    action = next(envelope.iter(f"{{{ADDRESSING}}}Action"), None)
    if message_id is None or action is None:
        return ""
    answered = (action.text or "").strip().removesuffix("Request") + "Response"
    return tag("wsa5:Action", answered) + tag("wsa5:RelatesTo", (message_id.text or "").strip())
