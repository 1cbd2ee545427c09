"""Every URL of the console and whom it admits, on one page."""

from __future__ import annotations

from typing import Final

from collector.store.scope import Role
from collector.web import metrics
from collector.web.api import actions as api_actions
from collector.web.api import answers as api_answers
from collector.web.api import cases as api_cases
from collector.web.api import claim_events, claim_file, described, resources, series
from collector.web.api import firmware_actions as api_firmware_actions
from collector.web.api import firmware_cases as api_firmware
from collector.web.api import origins as api_origins
from collector.web.api import profiles as api_profiles
from collector.web.api import recipients as api_recipients
from collector.web.api import report as api_report
from collector.web.api import silences as api_silences
from collector.web.api import strips as api_strips
from collector.web.api import trust as api_trust
from collector.web.api import units as api_units
from collector.web.gate import Page, Route
from collector.web.pages import (
    account,
    actions,
    brought_files,
    bulk,
    cases,
    claims,
    compatibility,
    devices,
    documents,
    evidence,
    firmware_cases,
    health,
    incidents,
    login,
    notification_forms,
    notifications,
    orders,
    origins,
    outcomes,
    pack_import,
    packs,
    partners,
    people,
    profiles,
    proofs,
    recipients,
    registry,
    registry_import,
    registry_match,
    report,
    report_lists,
    review_queue,
    rma,
    settings,
    silences,
    site_visit,
    tasks,
    today,
    trends,
    trust,
)

EVERYBODY: Final = None
ADMIN: Final = frozenset({Role.ADMIN})
OPERATORS: Final = frozenset({Role.ADMIN, Role.FACTORY_ENGINEER})
# Distributors watch batches and claims of their slice; single cameras and pictures of a site
# are for those who keep it and for the factory.
SITE: Final = frozenset({Role.ADMIN, Role.FACTORY_ENGINEER, Role.INTEGRATOR})
KEEPERS: Final = orders.MAY
CONFIRMS: Final = claims.CONFIRMS
KNOWN: Final = frozenset(Role)
_AGENT: Final = "/agents/{id:[A-Za-z0-9._-]{1,64}}"


def _get(path: str, page: Page, admits: frozenset[Role] | None) -> Route:
    return Route(method="GET", path=path, page=page, admits=admits)


def _post(path: str, page: Page, admits: frozenset[Role] | None) -> Route:
    return Route(method="POST", path=path, page=page, admits=admits)


def _api(path: str, page: Page, admits: frozenset[Role], *, method: str = "GET") -> Route:
    return Route(method=method, path=f"/api/v1/{path}", page=page, admits=admits, api=True)


ROUTES: Final[tuple[Route, ...]] = (
    _get("/login", login.show_login, EVERYBODY),
    _post("/login", login.login, EVERYBODY),
    _post("/logout", login.logout, KNOWN),
    _get("/setup/{token}", login.show_setup, EVERYBODY),
    _post("/setup/{token}", login.setup, EVERYBODY),
    _get("/", today.show_today, KNOWN),
    _get("/today/rows", today.show_rows, KNOWN),
    _get("/devices", devices.show_devices, SITE),
    _get(r"/devices/{id:\d+}", devices.show_device, SITE),
    _get(r"/devices/{id:\d+}/orders", orders.show_orders, SITE),
    _post(r"/devices/{id:\d+}/orders", orders.give_order, KEEPERS),
    _get("/preclaims", claims.show_preclaims, KNOWN),
    _get("/preclaims/new", report.show_form, KNOWN),
    Route(
        method="POST",
        path="/preclaims/new",
        page=report.add_report,
        admits=KNOWN,
        largest=report.LARGEST,
        within_s=report.WITHIN_S,
    ),
    _get("/preclaims/new/list", report_lists.show_list_form, KNOWN),
    Route(
        method="POST",
        path="/preclaims/new/list",
        page=report_lists.take,
        admits=KNOWN,
        largest=report_lists.LARGEST,
    ),
    _get(r"/preclaims/{id:\d+}", claims.show_preclaim, KNOWN),
    Route(
        method="POST",
        path=r"/preclaims/{id:\d+}/files",
        page=brought_files.add_files,
        admits=KNOWN,
        largest=report.LARGEST,
        within_s=report.WITHIN_S,
    ),
    _get(r"/preclaims/{id:\d+}/files/{sha256:[0-9a-f]{64}}", brought_files.show_file, KNOWN),
    Route(
        method="POST",
        path=r"/preclaims/{id:\d+}/proof",
        page=proofs.add_proof,
        admits=proofs.MAY,
        largest=proofs.LARGEST,
    ),
    _post(r"/preclaims/{id:\d+}/act", actions.act_on_preclaim, KNOWN),
    _post(r"/preclaims/{id:\d+}/partner", partners.agree_with_partner, partners.EVERYBODY),
    Route(
        method="POST",
        path="/preclaims/choose",
        page=bulk.choose,
        admits=KNOWN,
        largest=bulk.LARGEST,
        most_fields=bulk.MOST_FIELDS,
    ),
    _get("/preclaims/act", bulk.show_bulk, KNOWN),
    Route(
        method="POST",
        path="/preclaims/act",
        page=bulk.act_on_many,
        admits=KNOWN,
        largest=bulk.LARGEST,
        within_s=bulk.WITHIN_S,
    ),
    _get("/review", review_queue.show_queue, OPERATORS),
    _post("/review/receive", review_queue.receive, OPERATORS),
    _get(r"/cases/{id:\d+}", cases.show_case, KNOWN),
    Route(
        method="POST",
        path=r"/cases/{id:\d+}/ship-to",
        page=cases.confirm_address,
        admits=KNOWN,
        within_s=bulk.WITHIN_S,
    ),
    _get(r"/preclaims/{id:\d+}/pack", packs.show_pack, KNOWN),
    _get("/preclaims/import", pack_import.show_import, pack_import.MAY),
    Route(
        method="POST",
        path="/preclaims/import",
        page=pack_import.take_import,
        admits=pack_import.MAY,
        largest=pack_import.LARGEST,
    ),
    _get("/pack-key", packs.show_key, EVERYBODY),
    _post(r"/preclaims/{id:\d+}/origin", origins.decide, CONFIRMS),
    _post(r"/preclaims/{id:\d+}/faults/{episode:\d+}/profile", profiles.confirm_profile, CONFIRMS),
    _get("/silences", silences.show_silences, SITE),
    _post("/silences", silences.add_silence, KEEPERS),
    _post(r"/silences/{id:\d+}/end", silences.end_silence, KEEPERS),
    _get("/incidents", incidents.show_incidents, SITE),
    _get(r"/incidents/{id:\d+}", incidents.show_incident, SITE),
    _post(r"/incidents/{id:\d+}/release", incidents.release, incidents.RELEASES),
    _get("/tasks", tasks.show_tasks, SITE),
    _get(r"/tasks/{id:\d+}", tasks.show_task, SITE),
    _post(rf"/tasks/{{id:\d+}}/{{action:{tasks.ACTIONS}}}", tasks.act, tasks.KEEPERS),
    _get("/tasks/sheet/{site:[A-Za-z0-9._-]{1,64}}", site_visit.show_sheet, SITE),
    _get("/registry", registry.show_registry, KNOWN),
    _get("/registry/units/{serial:.{1,64}}", registry.show_unit, KNOWN),
    _get("/registry/stock", registry.show_stock, OPERATORS),
    _get("/registry/import", registry_import.show_imports, OPERATORS),
    Route(
        method="POST",
        path="/registry/import",
        page=registry_import.upload,
        admits=OPERATORS,
        largest=registry_import.FORM_LARGEST,
    ),
    _get(r"/registry/import/{id:\d+}", registry_import.show_import, OPERATORS),
    _post(r"/registry/import/{id:\d+}", registry_import.confirm, OPERATORS),
    _post(r"/registry/import/{id:\d+}/undo", registry_import.undo_one, OPERATORS),
    _get("/registry/rma", rma.show_rma, KNOWN),
    _get("/registry/rma/list.{kind:csv|xlsx}", rma.download, KNOWN),
    _get("/registry/match", registry_match.show_match, registry_match.SEES),
    _get(r"/registry/match/{id:\d+}", registry_match.show_one, registry_match.SEES),
    _post(r"/registry/match/{id:\d+}", registry_match.link, registry_match.MAY),
    Route(
        method="POST",
        path="/registry/documents",
        page=documents.add_document,
        admits=OPERATORS,
        largest=documents.FORM_LARGEST,
    ),
    _get(r"/registry/documents/{id:\d+}", documents.show_document, KNOWN),
    _post(r"/registry/documents/{id:\d+}/remove", documents.remove_document, OPERATORS),
    _get("/firmware-cases", firmware_cases.show_cases, KNOWN),
    _get(r"/firmware-cases/{id:\d+}", firmware_cases.show_case, KNOWN),
    _post(r"/firmware-cases/{id:\d+}/{action:[a-z_]{1,24}}", firmware_cases.do_action, KNOWN),
    _get("/compatibility", compatibility.show_compatibility, KNOWN),
    _get("/dismissed", outcomes.show_dismissed, SITE),
    _get("/trends", trends.show_trends, KNOWN),
    _get("/trust", trust.show_trust, SITE),
    _get("/origins", origins.show_origins, SITE),
    _get(r"/verdicts/{id:\d+}", trust.show_verdict, SITE),
    _post(r"/verdicts/{id:\d+}/rule", trust.rule, trust.RULES),
    _get("/agents", health.show_agents, SITE),
    _get(_AGENT + "/settings", settings.show_settings, SITE),
    _get(_AGENT + "/settings/orders", settings.show_setting_orders, SITE),
    _post(_AGENT + "/settings", settings.order_setting, KEEPERS),
    _get("/people", people.show_people, ADMIN),
    _post("/people", people.add_person, ADMIN),
    _post(r"/people/{id:\d+}/end", people.end_person, ADMIN),
    _post("/tokens/{hash:[0-9a-f]{64}}/revoke", people.revoke_token, ADMIN),
    _get("/account", account.show_account, KNOWN),
    _post("/account", account.change_password, KNOWN),
    _get("/account/notifications", notifications.show_notifications, KNOWN),
    _post(
        f"/account/notifications/{{action:{notification_forms.PATTERN}}}",
        notifications.change,
        KNOWN,
    ),
    _get("/letters", notifications.show_letters, ADMIN),
    _get("/recipients", recipients.show_recipients, ADMIN),
    _get("/recipients.csv", recipients.download, ADMIN),
    _post("/recipients", recipients.add_recipient, ADMIN),
    Route(
        method="POST",
        path="/recipients/list",
        page=recipients.take_list,
        admits=ADMIN,
        largest=recipients.LARGEST,
    ),
    _post(r"/recipients/{id:\d+}/remove", recipients.remove_recipient, ADMIN),
    _get("/evidence/{sha256:[0-9a-f]{64}}", evidence.show_evidence, SITE),
    _get("/healthz", metrics.show_alive, EVERYBODY),
    Route(method="GET", path="/metrics", page=metrics.show_metrics, admits=OPERATORS, api=True),
    _api("overview", resources.overview, KNOWN),
    _api("devices", resources.list_devices, SITE),
    _api(r"devices/{id:\d+}", resources.show_device, SITE),
    _api(r"devices/{id:\d+}/series", series.show_series, SITE),
    _api(r"devices/{id:\d+}/strips", api_strips.show_strips, SITE),
    _api("preclaims", resources.list_preclaims, KNOWN),
    Route(
        method="POST",
        path="/api/v1/preclaims",
        page=api_report.add_report,
        admits=KNOWN,
        api=True,
    ),
    Route(
        method="POST",
        path=r"/api/v1/preclaims/{id:\d+}/files",
        page=api_report.add_file,
        admits=KNOWN,
        api=True,
        largest=report.LARGEST,
        within_s=report.WITHIN_S,
    ),
    _api(r"preclaims/{id:\d+}", claim_file.show_preclaim, KNOWN),
    _api(
        rf"preclaims/{{id:\d+}}/actions/{{action:{api_actions.PATTERN}}}",
        api_actions.act_on_preclaim,
        KNOWN,
        method="POST",
    ),
    Route(
        method="POST",
        path=f"/api/v1/preclaims/actions/{{action:{api_actions.PATTERN}}}",
        page=api_actions.act_on_many,
        admits=KNOWN,
        api=True,
        largest=bulk.LARGEST,
        within_s=api_actions.WITHIN_S,
    ),
    _api("claim-events", claim_events.list_claim_events, KNOWN),
    _api("cases", api_cases.list_cases, KNOWN),
    _api(r"cases/{id:\d+}", api_cases.show_case, KNOWN),
    _api("units", api_units.list_units, KNOWN),
    _api("units/{serial:.{1,64}}", api_units.show_unit, KNOWN),
    _api("openapi.json", described.show_openapi, KNOWN),
    Route(
        method="POST",
        path="/api/v1/answers",
        page=api_answers.take_answer,
        admits=EVERYBODY,
        api=True,
        largest=api_answers.LARGEST,
    ),
    Route(
        method="POST",
        path="/api/v1/replies",
        page=api_answers.take_reply,
        admits=EVERYBODY,
        api=True,
        largest=api_answers.LARGEST,
    ),
    _api("decisions", resources.list_decisions, SITE),
    _api("silences", api_silences.list_silences, SITE),
    _api("silences", api_silences.add_silence, KEEPERS, method="POST"),
    _api(r"silences/{id:\d+}", api_silences.end_silence, KEEPERS, method="DELETE"),
    _api("incidents", resources.list_incidents, SITE),
    _api("tasks", resources.list_tasks, SITE),
    _api("firmware-cases", api_firmware.list_cases, KNOWN),
    _api(r"firmware-cases/{id:\d+}", api_firmware.show_case, KNOWN),
    _api(
        rf"firmware-cases/{{id:\d+}}/actions/{{action:{api_firmware_actions.PATTERN}}}",
        api_firmware_actions.act_on_case,
        KNOWN,
        method="POST",
    ),
    _api("compatibility", compatibility.list_compatibility, KNOWN),
    _api("trends", resources.list_trends, KNOWN),
    _api("trust", api_trust.show_trust, SITE),
    _api("origins", api_origins.show_origins, SITE),
    _api("profiles", api_profiles.show_profiles, SITE),
    _api("agents", resources.list_agents, SITE),
    _api("recipients", api_recipients.list_recipients, ADMIN),
    _api("recipients", api_recipients.add_recipient, ADMIN, method="POST"),
    _api(r"recipients/{id:\d+}", api_recipients.remove_recipient, ADMIN, method="DELETE"),
)
