//! What is done, by whom.

use serde::Serialize;
use serde_json::Value;

use crate::fabric::Name;

/// One thing that is done for a change.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Action {
    /// A call of Contrail's config API.
    Call(Call),
    /// A line of Junos configuration, in `set` or `delete` form.
    Junos {
        /// The device.
        device: Name,
        /// The line.
        line: String,
        /// Why it is there, or what to mind.
        because: String,
    },
    /// A command on a host, which lasts until the host starts anew.
    Host {
        /// The server.
        server: Name,
        /// The command.
        command: String,
        /// The same in the host's netplan, below the interface that the next hop is reached by; empty for what takes
        /// something away.
        netplan: String,
        /// Why it is there.
        because: String,
    },
}

/// A call of Contrail's config API (tf-api-client, `rest_details.rst`).
///
/// Objects are named by type and full name. In `path` and `body` the text `{uuid of TYPE NAME}` stands for the UUID, which
/// `POST /fqname-to-id` tells. Made a second time a call changes nothing.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Call {
    /// `POST`, `PUT` or `DELETE`.
    pub method: &'static str,
    /// The path, `/ref-update`.
    pub path: String,
    /// The body; null for none.
    pub body: Value,
    /// The type and full name of an object that decides whether the call is made: one that makes an object is left out where
    /// the object is there, one that deletes it where it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<(&'static str, Vec<String>)>,
}
