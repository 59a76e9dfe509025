import pickle

import pytest

from contrail_fabric.wire import MacAddr


def test_a_mac_address_is_a_value():
    mac = MacAddr("02AA.0000.0011")
    assert str(mac) == "02:aa:00:00:00:11"
    assert bytes(mac) == b"\x02\xaa\x00\x00\x00\x11"
    assert mac == MacAddr("02-aa-00-00-00-11") != MacAddr("02:aa:00:00:00:12")
    assert len({mac, MacAddr(str(mac))}) == 1
    assert mac < MacAddr("02:aa:00:00:00:12")
    assert not mac.is_group
    assert eval(repr(mac)) == mac
    assert pickle.loads(pickle.dumps(mac)) == mac


def test_a_mac_address_cannot_be_changed():
    with pytest.raises(AttributeError):
        MacAddr("02:aa:00:00:00:11").is_group = True


@pytest.mark.parametrize("text", ["", "02:aa:00:00:00", "02:aa:00:00:00:11:00", "02:aa:00:00:00:gg"])
def test_what_is_no_mac_address_is_a_value_error(text):
    with pytest.raises(ValueError, match="^not a MAC address: expected six hex pairs"):
        MacAddr(text)
