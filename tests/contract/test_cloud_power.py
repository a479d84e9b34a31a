"""The obligations of `visa.ports.cloud.Cloud` for stopping, starting and rebooting, asked of every adapter."""

from visa.domain.resources import Power, VolumeState


def test_a_stopped_server_has_no_desktop_and_starts_again(house):
    server = house.server()
    house.cloud.stop_server(server.ref)
    stopped = house.until_power(server.ref, Power.STOPPED)
    assert (stopped.desktop_ready, stopped.address) == (False, None)
    house.cloud.start_server(server.ref, house.mounts)
    assert house.until_ready(server.ref).mark == server.mark


def test_stopping_twice_and_starting_twice_do_no_harm(house):
    server = house.server()
    house.cloud.start_server(server.ref, house.mounts)
    assert house.servers()[server.ref].desktop_ready
    house.cloud.stop_server(server.ref)
    house.cloud.stop_server(server.ref)
    house.until_power(server.ref, Power.STOPPED)
    house.cloud.stop_server(server.ref)
    assert house.servers()[server.ref].power is Power.STOPPED


def test_a_server_that_is_stopped_while_it_starts_stops(house):
    made = house.cloud.create_server(house.server_spec(house.volume().ref))
    house.accepted(lambda: house.cloud.stop_server(made.ref))
    house.until_power(made.ref, Power.STOPPED)


def test_starting_what_is_still_stopping_is_accepted_or_put_off(house):
    server = house.server()
    house.cloud.stop_server(server.ref)
    house.accepted(lambda: house.cloud.start_server(server.ref, house.mounts))
    house.until_ready(server.ref)


def test_a_rebooted_server_comes_back(house):
    server = house.server()
    house.cloud.reboot_server(server.ref, ())
    assert not house.servers()[server.ref].desktop_ready or house.another(house.mine).survey().servers[0].desktop_ready
    assert house.until_ready(server.ref).mark == server.mark


def test_rebooting_a_stopped_server_starts_it(house):
    server = house.server()
    house.cloud.stop_server(server.ref)
    house.until_power(server.ref, Power.STOPPED)
    house.cloud.reboot_server(server.ref, house.mounts)
    house.until_ready(server.ref)


def test_a_stop_after_a_reboot_wins(house):
    server = house.server()
    house.cloud.reboot_server(server.ref, house.mounts)
    house.accepted(lambda: house.cloud.stop_server(server.ref))
    house.until_power(server.ref, Power.STOPPED)
    assert house.servers()[server.ref].power is Power.STOPPED


def test_a_detached_volume_is_free_for_another_machine(house):
    first = house.server()
    (volume_ref,) = first.volume_refs
    house.cloud.stop_server(first.ref)
    house.until_power(first.ref, Power.STOPPED)
    for _ in range(2):  # asking twice does no harm
        house.cloud.detach_volume(first.ref, volume_ref)
    house.until_volume(volume_ref, VolumeState.AVAILABLE)
    assert house.servers()[first.ref].volume_refs == ()
    second = house.cloud.create_server(house.server_spec(volume_ref))
    assert house.until_ready(second.ref).volume_refs == (volume_ref,)
    house.cloud.delete_server(first.ref)
    house.until_gone(first.ref)
    assert house.volumes()[volume_ref].attached_to == second.ref
