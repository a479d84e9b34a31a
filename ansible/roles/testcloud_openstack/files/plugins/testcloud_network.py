"""An ML2 mechanism driver that binds every port at once: there is no agent on this machine that could do it."""

from neutron_lib import constants
from neutron_lib.api.definitions import portbindings
from neutron_lib.plugins.ml2 import api
from oslo_config import cfg

cfg.CONF.register_opts(
    [cfg.StrOpt("guest_interface", help="Guests get a macvtap on it. Without: the fake driver, which wires nothing.")],
    "testcloud",
)


class BindAll(api.MechanismDriver):
    """Every port is active from the moment on in which a machine wants it."""

    def initialize(self) -> None:
        """Nothing to prepare."""

    def bind_port(self, context: api.PortContext) -> None:
        kind, details = _wiring()
        segment = context.segments_to_bind[0][api.ID]
        details = {portbindings.CAP_PORT_FILTER: False, **details}
        context.set_binding(segment, kind, details, status=constants.PORT_STATUS_ACTIVE)


def _wiring() -> tuple[str, dict[str, object]]:
    interface = cfg.CONF.testcloud.guest_interface
    if not interface:
        return portbindings.VIF_TYPE_OVS, {}
    return "macvtap", {"macvtap_source": interface, "macvtap_mode": "bridge", "physical_interface": interface}
