//! Kubernetes without special networking (the article: basic authentication and authorization): the API server reaches
//! its database and the nodes, all others reach the API server, Contrail's kube-manager among them. The ports are
//! Kubernetes' and Contrail's defaults.

use super::Table;

pub(super) const KUBERNETES: Table = Table {
    name: "kubernetes",
    services: &["api-server"],
    optional_services: &["etcd", "controller-manager", "scheduler", "node", "kube-manager", "config-api"],
    flows: &[
        ("api-server", "etcd", "tcp", Some(2379), "the API server's database"),
        ("controller-manager", "api-server", "tcp", Some(6443), "the controllers watch and write objects"),
        ("scheduler", "api-server", "tcp", Some(6443), "the scheduler places pods"),
        ("node", "api-server", "tcp", Some(6443), "the kubelet reports and takes its pods"),
        ("api-server", "node", "tcp", Some(10_250), "logs and commands of pods"),
        ("kube-manager", "api-server", "tcp", Some(6443), "kube-manager watches objects"),
        ("kube-manager", "config-api", "tcp", Some(8082), "kube-manager configures Contrail"),
    ],
};
