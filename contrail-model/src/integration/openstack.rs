//! OpenStack's services without special networking (the article): each reaches the database, the message bus and the
//! other services' internal APIs, all in the underlay; Neutron's plugin reaches Contrail's Config API. The ports are
//! the services' defaults.

use super::Table;

pub(super) const OPENSTACK: Table = Table {
    name: "openstack",
    services: &["keystone"],
    optional_services: &[
        "database",
        "message-bus",
        "glance",
        "nova",
        "nova-compute",
        "neutron",
        "config-api",
    ],
    flows: &[
        ("keystone", "database", "tcp", Some(3306), "Keystone's database"),
        ("glance", "database", "tcp", Some(3306), "Glance's database"),
        ("nova", "database", "tcp", Some(3306), "Nova's database"),
        ("neutron", "database", "tcp", Some(3306), "Neutron's database"),
        ("nova", "message-bus", "tcp", Some(5672), "Nova's messages"),
        ("nova-compute", "message-bus", "tcp", Some(5672), "the hypervisor takes its orders"),
        ("neutron", "message-bus", "tcp", Some(5672), "Neutron's messages"),
        ("glance", "keystone", "tcp", Some(5000), "Glance validates tokens"),
        ("nova", "keystone", "tcp", Some(5000), "Nova validates tokens"),
        ("neutron", "keystone", "tcp", Some(5000), "Neutron validates tokens"),
        ("nova", "glance", "tcp", Some(9292), "Nova looks images up"),
        ("nova-compute", "glance", "tcp", Some(9292), "the hypervisor loads images"),
        ("nova", "neutron", "tcp", Some(9696), "Nova asks for ports"),
        ("nova-compute", "neutron", "tcp", Some(9696), "the hypervisor asks for ports"),
        ("neutron", "config-api", "tcp", Some(8082), "the plugin configures Contrail"),
    ],
};
