"""The imaging service: settings, options, and the one setter (which no probe calls)."""

from __future__ import annotations

from xml.sax.saxutils import escape

from agent.camera.onvif.parse import child, children, folded, number
from agent.camera.onvif.services import IMAGING, service_url
from agent.camera.onvif.soap import SoapClient
from agent.camera.port import FilterMode, ImagingOptions, ImagingSettings

_SCHEMA = "http://www.onvif.org/ver10/schema"
_MAX_MODES = 16


async def read_settings(soap: SoapClient, *, source: str) -> ImagingSettings:
    """GetImagingSettings of a video source; a setting that is absent is None, not a fault."""
    response = await soap.call(
        await service_url(soap, IMAGING), "GetImagingSettings", _ask("GetImagingSettings", source)
    )
    settings = child(response, "ImagingSettings")
    return ImagingSettings(
        ir_cut_filter=folded(settings, "IrCutFilter"),
        brightness=number(settings, "Brightness"),
        colour_saturation=number(settings, "ColorSaturation"),
        contrast=number(settings, "Contrast"),
        sharpness=number(settings, "Sharpness"),
    )


async def read_options(soap: SoapClient, *, source: str) -> ImagingOptions:
    """GetOptions of a video source."""
    response = await soap.call(
        await service_url(soap, IMAGING),
        "GetOptions",
        _ask("GetOptions", source),
        may_be_empty=True,
    )
    options = child(response, "ImagingOptions")
    named = [] if options is None else children(options, "IrCutFilterModes")[:_MAX_MODES]
    modes = [folded(mode) for mode in named]
    return ImagingOptions(ir_cut_filter_modes=tuple(mode for mode in modes if mode))


async def set_filter_mode(soap: SoapClient, *, source: str, mode: FilterMode) -> None:
    """SetImagingSettings IrCutFilter, not persistent: a restart of the device undoes it.

    Changes the customer's picture. No probe calls this.
    """
    soap.door.transcript.tally.writes += 1
    await soap.call(
        await service_url(soap, IMAGING),
        "SetImagingSettings",
        write_filter_mode(source=source, mode=mode),
        may_be_empty=True,
    )


def write_filter_mode(*, source: str, mode: FilterMode) -> str:
    """The body of SetImagingSettings: the filter's mode alone, and never to be kept."""
    return (
        f'<SetImagingSettings xmlns="{IMAGING}">'
        f"<VideoSourceToken>{escape(source)}</VideoSourceToken>"
        f'<ImagingSettings><IrCutFilter xmlns="{_SCHEMA}">{mode.value}</IrCutFilter>'
        "</ImagingSettings><ForcePersistence>false</ForcePersistence></SetImagingSettings>"
    )


def _ask(operation: str, source: str) -> str:
    return (
        f'<{operation} xmlns="{IMAGING}"><VideoSourceToken>{escape(source)}</VideoSourceToken>'
        f"</{operation}>"
    )
