//! What Contrail calls the objects that a document names.

pub(crate) const DOMAIN: &str = "default-domain";
pub(super) const SYSTEM: &str = "default-global-system-config";
/// The project of what belongs to tenants, where the document names none.
const PROJECT: &str = "admin";

/// An object of a project, `octavia` or `customers:octavia`: with its domain and the project.
///
/// Imported objects of one name in several projects have the project in front of it, which is no part of it there.
pub(crate) fn of_project(project: Option<&str>, name: &str) -> Vec<String> {
    let of = project.unwrap_or(PROJECT);
    let (domain, project) = of.rsplit_once(':').unwrap_or((DOMAIN, of));
    let prefixes = [format!("{domain}:{project}:"), format!("{project}:")];
    let own = prefixes.iter().find_map(|prefix| name.strip_prefix(prefix.as_str()));
    [domain, project, own.unwrap_or(name)].map(str::to_owned).to_vec()
}

/// Another object of the project that one is of.
pub(crate) fn beside(other: &[String], name: &str) -> Vec<String> {
    let project = other.split_last().map_or(&[][..], |(_, project)| project);
    project.iter().cloned().chain([name.to_owned()]).collect()
}

pub(crate) fn of_system(name: &str) -> Vec<String> {
    [SYSTEM, name].map(str::to_owned).to_vec()
}

/// The project that a document names for an object.
pub(super) fn project_of(name: &[String]) -> Option<String> {
    let [domain, project, _] = name else { return None };
    match (domain.as_str(), project.as_str()) {
        (DOMAIN, PROJECT) => None,
        (DOMAIN, project) => Some(project.to_owned()),
        (domain, project) => Some(format!("{domain}:{project}")),
    }
}
