"""Ends the guests of the libvirt whose folders are seen here, which are the test cloud's; prints their names."""

import libvirt

if __name__ == "__main__":
    for guest in libvirt.open("qemu:///system").listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_ACTIVE):
        guest.destroy()
        print(guest.name())
