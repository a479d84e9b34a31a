"""OpenStack: servers of Nova, volumes of Cinder, images of Glance, networks of Neutron, in one project of one cloud."""

from visa.adapters.cloud.openstack.cloud import OpenStackCloud

__all__ = ["OpenStackCloud"]
