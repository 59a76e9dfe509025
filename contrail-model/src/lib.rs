//! x
pub mod document;
mod fabric;
mod integration;
mod load;
mod release;
mod resolve;
mod rules;
mod topology;
pub use fabric::{Fabric, Name, TunnelKind};
pub use load::{LoadError, Place, Problem};
pub use release::Release;
