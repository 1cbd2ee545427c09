"""The imaging service: settings that act on the picture."""

from __future__ import annotations

from lxml import etree

from simulator.faults import Fault
from simulator.ir_cut import FilterMode
from simulator.onvif.names import IMAGING, SCHEMA, SoapFault, tag
from simulator.state import DeviceState

_I, _T = f"{{{IMAGING}}}", f"{{{SCHEMA}}}"
_LEVELS = {
    "Brightness": "brightness",
    "ColorSaturation": "saturation",
    "Contrast": "contrast",
    "Sharpness": "sharpness",
}


def _check_source(state: DeviceState, request: etree._Element) -> None:
    token = request.findtext(f"{_I}VideoSourceToken", "").strip()
    if token not in {f"VideoSource_{channel + 1}" for channel in range(state.spec.channels)}:
        raise SoapFault(("ter:InvalidArgVal", "ter:NoSource"), "The video source does not exist")


def answer_settings(state: DeviceState, request: etree._Element) -> str:
    """GetImagingSettings; the fault lies_enum_case words it as some firmware does."""
    _check_source(state, request)
    now = state.imaging
    lies = Fault.LIES_ENUM_CASE in state.faults
    told = state.ir_cut.mode.value
    mode = told.capitalize() if lies else told
    token = tag("tt:VideoSourceToken", "VideoSource_1") if lies else ""
    return (
        f"<timg:GetImagingSettingsResponse><timg:ImagingSettings>{token}"
        f"{tag('tt:Brightness', now.brightness)}{tag('tt:ColorSaturation', now.saturation)}"
        f"{tag('tt:Contrast', now.contrast)}{tag('tt:IrCutFilter', mode)}"
        f"{tag('tt:Sharpness', now.sharpness)}"
        "</timg:ImagingSettings></timg:GetImagingSettingsResponse>"
    )


def answer_options(state: DeviceState, request: etree._Element) -> str:
    """GetOptions."""
    _check_source(state, request)
    span = "<tt:Min>0</tt:Min><tt:Max>100</tt:Max>"
    modes = "".join(tag("tt:IrCutFilterModes", mode.value) for mode in FilterMode)
    return (
        "<timg:GetOptionsResponse><timg:ImagingOptions>"
        f"<tt:Brightness>{span}</tt:Brightness><tt:ColorSaturation>{span}</tt:ColorSaturation>"
        f"<tt:Contrast>{span}</tt:Contrast>{modes}<tt:Sharpness>{span}</tt:Sharpness>"
        "</timg:ImagingOptions></timg:GetOptionsResponse>"
    )


def answer_status(state: DeviceState, request: etree._Element) -> str:
    """GetStatus: fixed focus; ONVIF has no state of the infrared filter."""
    _check_source(state, request)
    return (
        "<timg:GetStatusResponse><timg:Status><tt:FocusStatus20><tt:Position>0</tt:Position>"
        "<tt:MoveStatus>IDLE</tt:MoveStatus></tt:FocusStatus20></timg:Status>"
        "</timg:GetStatusResponse>"
    )


def set_settings(state: DeviceState, request: etree._Element) -> str:
    """SetImagingSettings: checks everything first, then changes it at once."""
    _check_source(state, request)
    if Fault.IRCUT_REFUSES_MODE in state.faults:
        raise SoapFault(("ter:ActionNotSupported",), "The settings cannot be changed")
    asked = request.find(f"{_I}ImagingSettings")
    if asked is None:
        raise SoapFault(("ter:InvalidArgVal",), "ImagingSettings is missing")
    levels = {field: _level(asked, name) for name, field in _LEVELS.items()}
    mode = _mode(asked)
    changed = []
    for field, level in levels.items():
        if level is not None:
            setattr(state.imaging, field, level)
            changed.append(f"{field}={level:g}")
    kept = request.findtext(f"{_I}ForcePersistence", "").strip()
    if mode is not None:
        # Without the element a device keeps what it is told, as the specification lets it.
        state.ir_cut.order(mode, persist=kept != "false")
        changed.append(f"IrCutFilter={mode.value}")
    persist = f" ForcePersistence={kept}" if kept else ""
    state.note_write("SetImagingSettings", " ".join(changed) + persist)
    return "<timg:SetImagingSettingsResponse/>"


def _level(asked: etree._Element, name: str) -> float | None:
    text = asked.findtext(f"{_T}{name}")
    if text is None:
        return None
    wrong = SoapFault(
        ("ter:InvalidArgVal", "ter:SettingsInvalid"), f"{name} is not a number from 0 to 100"
    )
    try:
        level = float(text)
    except ValueError as error:
        raise wrong from error
    if not 0 <= level <= 100:
        raise wrong
    return level


def _mode(asked: etree._Element) -> FilterMode | None:
    text = asked.findtext(f"{_T}IrCutFilter")
    if text is None:
        return None
    try:
        return FilterMode(text.strip())
    except ValueError as error:
        raise SoapFault(
            ("ter:InvalidArgVal", "ter:SettingsInvalid"), "IrCutFilter is not ON, OFF or AUTO"
        ) from error
