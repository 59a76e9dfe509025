//! A document laid over another: what it says wins, and what it does not say stays.

use std::collections::{HashMap, HashSet};
use std::{fmt, mem};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{ImportFinding, Imported};
use crate::document::{Document, Server};
use crate::load::{LoadError, from_yaml, one, written};

/// The lists of a document whose elements have names: with each its name, and what is done with it.
macro_rules! each_named_list {
    ($do:ident) => {
        $do!(devices);
        $do!(networks);
        $do!(port_groups);
        $do!(servers);
        $do!(workloads);
        $do!(virtual_services);
        $do!(logical_routers);
    };
}

impl Imported {
    /// Lays a document, in YAML or JSON, over what was imported.
    ///
    /// Objects with the name of one that is there change it, field by field; others are added. Of links, integrations and
    /// flows those are added that are not there yet. Every other field takes the place of what was there. Objects that were
    /// incomplete are part of the document as soon as nothing is missing of them.
    ///
    /// Nothing is changed, if anything is wrong.
    pub fn lay_over(&mut self, text: &str) -> Result<(), LoadError> {
        let over: Map<String, Value> = from_yaml(text)?;
        let mut changed = self.document.clone();
        let (servers, mut workloads) = self.incomplete.clone();
        changed.servers.extend(servers);
        let mut changed = laid_over(changed, over)?;
        let (complete, incomplete) = mem::take(&mut changed.servers).into_iter().partition(is_complete);
        changed.servers = complete;
        let hosts: HashSet<&str> = changed.servers.iter().map(|server| &*server.name).collect();
        let (now, still) = workloads.drain(..).partition(|workload| hosts.contains(&*workload.host));
        changed.workloads.extend::<Vec<_>>(now);
        self.incomplete = (incomplete, still);
        self.document = changed;
        Ok(())
    }

    /// What nothing says and somebody has to, before traces and plans mean something: each with the field that a document
    /// to lay over would give.
    pub fn missing(&self) -> Vec<ImportFinding> {
        let Self { document, incomplete: (servers, workloads), .. } = self;
        let finding = |object: String, message: &str| ImportFinding { object, message: message.to_owned() };
        let on_servers = counted(workloads.iter().map(|workload| workload.host.as_str()));
        let mut missing: Vec<ImportFinding> = servers
            .iter()
            .map(|server| {
                let on_it = on_servers.get(server.name.as_str()).copied().unwrap_or_default();
                let message = format!(
                    "nothing says where it is attached: give its `port_group` (left out, with {on_it} workloads on it)"
                );
                finding(format!("server {}", server.name), &message)
            })
            .collect();
        for device in document.devices.iter().filter(|device| device.loopback.is_none()) {
            missing.push(finding(format!("device {}", device.name), "nothing says its `loopback`"));
        }
        if document.links.is_empty() && document.devices.len() > 1 {
            missing.push(finding("fabric".to_owned(), "nothing says how devices are cabled: give `links`"));
        }
        let vrouters = document.servers.iter().filter_map(|server| server.vhost0.as_ref());
        let vrouters_in = counted(vrouters.map(|vhost0| vhost0.network.as_str()));
        for network in document.networks.iter().filter(|network| network.underlay_irb.is_empty()) {
            if let Some(vrouters) = vrouters_in.get(network.name.as_str()) {
                let message = format!("vhost0 of {vrouters} servers is in it: give its `underlay_irb`");
                missing.push(finding(format!("network {}", network.name), &message));
            }
        }
        if document.integrations.is_empty() && document.flows.is_empty() {
            let message = "nothing is required of it: give `integrations` or `flows`";
            missing.push(finding("fabric".to_owned(), message));
        }
        missing
    }
}

impl Document {
    /// This document with another, in YAML or JSON, laid over it, in the way of [`Imported::lay_over`]: the patch of a
    /// [`Procedure`](crate::procedure::Procedure), for one.
    pub fn laid_over(&self, text: &str) -> Result<Self, LoadError> {
        laid_over(self.clone(), from_yaml(text)?)
    }
}

/// How often each name is there.
fn counted<'n>(names: impl Iterator<Item = &'n str>) -> HashMap<&'n str, usize> {
    let mut counts = HashMap::new();
    names.for_each(|name| *counts.entry(name).or_default() += 1);
    counts
}

fn is_complete(server: &Server) -> bool {
    !server.port_group.is_empty()
}

/// A document with `over` laid over it.
fn laid_over(mut document: Document, mut over: Map<String, Value>) -> Result<Document, LoadError> {
    // The lists are long, and most of what is in them stays: what is left is changed as a whole.
    let mut lists = Document { links: mem::take(&mut document.links), ..Document::default() };
    macro_rules! lay {
        ($list:ident) => {
            lists.$list = mem::take(&mut document.$list);
            if let Some(items) = over.remove(stringify!($list)) {
                lay_over_list(&mut lists.$list, items, stringify!($list), |item| &item.name)?;
            }
        };
    }
    each_named_list!(lay);
    let mut value = serde_json::to_value(&document).map_err(|error| problem("", &error))?;
    for (field, new) in over {
        let is_added = ["integrations", "flows"].contains(&field.as_str());
        match (value.get_mut(&field), new) {
            (Some(Value::Array(known)), Value::Array(new)) if is_added => {
                let new: Vec<Value> = new.into_iter().filter(|item| !known.contains(item)).collect();
                known.extend(new);
            }
            (Some(known), new) => *known = new,
            (None, new) => {
                if let Value::Object(fields) = &mut value {
                    fields.insert(field, new);
                }
            }
        }
    }
    let mut document: Document = read(value, "")?;
    let known: HashSet<[String; 2]> = lists.links.iter().cloned().collect();
    let is_new = |[a, b]: &[String; 2]| {
        !known.contains(&[a.clone(), b.clone()]) && !known.contains(&[b.clone(), a.clone()])
    };
    lists.links.extend(mem::take(&mut document.links).into_iter().filter(is_new));
    document.links = lists.links;
    macro_rules! put_back {
        ($list:ident) => {
            document.$list = lists.$list;
        };
    }
    each_named_list!(put_back);
    Ok(document)
}

/// Lays objects over those of the same names, and adds the others.
fn lay_over_list<T: Serialize + DeserializeOwned>(
    list: &mut Vec<T>,
    over: Value,
    path: &str,
    name_of: fn(&T) -> &String,
) -> Result<(), LoadError> {
    let Value::Array(over) = over else { return Err(problem(path, &"expected a list")) };
    let mut places: HashMap<String, usize> =
        list.iter().enumerate().map(|(place, item)| (name_of(item).clone(), place)).collect();
    for (index, new) in over.into_iter().enumerate() {
        let path = format!("{path}[{index}]");
        let name = new.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        match places.get(&name).and_then(|place| list.get_mut(*place)) {
            Some(item) => {
                let mut value = serde_json::to_value(&*item).map_err(|error| problem(&path, &error))?;
                merge(&mut value, new);
                *item = read(value, &path)?;
            }
            None => {
                places.insert(name, list.len());
                list.push(read(new, &path)?);
            }
        }
    }
    Ok(())
}

/// Puts the fields of `over` into `value`, and the fields of those that are objects on both sides in the same way.
fn merge(value: &mut Value, over: Value) {
    match (value, over) {
        (Value::Object(fields), Value::Object(over)) => {
            for (field, new) in over {
                merge(fields.entry(field).or_insert(Value::Null), new);
            }
        }
        (value, over) => *value = over,
    }
}

fn read<T: DeserializeOwned>(value: Value, path: &str) -> Result<T, LoadError> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let field = written(error.path());
        let dot = if path.is_empty() || field.is_empty() { "" } else { "." };
        problem(&format!("{path}{dot}{field}"), error.inner())
    })
}

fn problem(path: &str, message: &dyn fmt::Display) -> LoadError {
    one(Some(path.to_owned()), None, message.to_string())
}

/// What has to be laid over `known` for it to be `whole`, as far as laying over can do that: nothing is taken away.
pub(super) fn difference(known: &Document, whole: &Document) -> serde_json::Result<Value> {
    let mut different = Map::new();
    let (mut known_rest, mut whole_rest) = (known.clone(), whole.clone());
    macro_rules! difference_of {
        ($list:ident) => {
            let items = list_difference(&known.$list, &whole.$list, |item| &item.name)?;
            if !items.is_empty() {
                different.insert(stringify!($list).to_owned(), Value::Array(items));
            }
            known_rest.$list.clear();
            whole_rest.$list.clear();
        };
    }
    each_named_list!(difference_of);
    let links: HashSet<&[String; 2]> = known.links.iter().collect();
    whole_rest.links.retain(|link| !links.contains(link));
    known_rest.links.clear();
    let (known, whole) = (serde_json::to_value(known_rest)?, serde_json::to_value(whole_rest)?);
    if let Value::Object(fields) = whole {
        for (field, value) in fields {
            if is_different(known.get(&field), &value) {
                different.insert(field, value);
            }
        }
    }
    Ok(Value::Object(different))
}

/// Whether a field has to be laid over what is known of it.
fn is_different(known: Option<&Value>, value: &Value) -> bool {
    let is_empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    known.map_or(!is_empty, |known| known != value)
}

fn list_difference<T: Serialize>(
    known: &[T],
    whole: &[T],
    name_of: fn(&T) -> &String,
) -> serde_json::Result<Vec<Value>> {
    let known: HashMap<&String, &T> = known.iter().map(|item| (name_of(item), item)).collect();
    let mut different = Vec::new();
    for item in whole {
        let value = serde_json::to_value(item)?;
        let known = known.get(name_of(item)).map(serde_json::to_value).transpose()?;
        let Value::Object(fields) = value else { continue };
        let of_known = |field: &str| known.as_ref().and_then(|known| known.get(field));
        let mut changed: Map<String, Value> =
            fields.into_iter().filter(|(field, value)| is_different(of_known(field), value)).collect();
        if known.is_some() {
            changed.remove("name");
        }
        if !changed.is_empty() {
            changed.insert("name".to_owned(), Value::from(name_of(item).as_str()));
            different.push(Value::Object(changed));
        }
    }
    Ok(different)
}
