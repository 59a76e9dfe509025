//! The Kubernetes API server with Keystone's authorization, by webhook.
//!
//! The pods that answer the webhook are in the overlay behind a Kubernetes service; they ask Keystone, which is in the
//! underlay and knows nothing of the pods' network (the article, "services with special networking"; k8s-keystone-auth's
//! and Keystone's defaults for the ports).

use super::Table;

pub(super) const KUBERNETES_KEYSTONE: Table = Table {
    name: "kubernetes-keystone",
    services: &["api-server", "keystone"],
    optional_services: &[],
    flows: &[
        ("api-server", "virtual-service", "tcp", None, "the API server asks the webhook"),
        ("members", "keystone", "tcp", Some(5000), "the webhook validates the token"),
    ],
};
