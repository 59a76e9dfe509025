//! BGP: laws of routes, attributes and messages.

mod generated;
mod malformed;
mod messages;
mod recorded;
mod routes;
mod texts;
mod validation;
