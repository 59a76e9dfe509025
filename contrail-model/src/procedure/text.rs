//! A procedure for people, and as a list of tasks for Ansible.

use std::fmt;

use serde_json::{Value, json};

use super::{Action, Call, Procedure};

impl Procedure {
    /// All that undoes it, the last step first.
    pub fn undo(&self) -> impl Iterator<Item = &Action> {
        self.steps.iter().rev().flat_map(|task| &task.undo)
    }

    /// A list of tasks for Ansible, for a play on the machine that runs it: calls by `ansible.builtin.uri`, devices by
    /// `junipernetworks.junos.junos_config` and hosts by `ansible.builtin.command`, each delegated to the host of that name.
    /// The variable `contrail_api` is the API's address, `http://api:8082`. Run twice, the calls change nothing.
    pub fn ansible_tasks(&self) -> Value {
        let mut tasks = Vec::new();
        for step in &self.steps {
            step.actions.iter().for_each(|action| add_tasks(&mut tasks, &step.change.to_string(), action));
        }
        tasks.into()
    }
}

/// Adds the tasks for an action: before a call, those that ask for the UUIDs that it needs.
fn add_tasks(tasks: &mut Vec<Value>, name: &str, action: &Action) {
    match action {
        Action::Call(Call { method, path, body, object }) => {
            let guard = object.as_ref().map(|(of, name)| format!("{of} {}", name.join(":")));
            let mut texts = vec![path.clone()];
            texts_in(body, &mut texts);
            let mut known: Vec<(String, String)> = Vec::new();
            for meant in guard.as_deref().into_iter().chain(texts.iter().filter_map(|text| meant(text))) {
                if !known.iter().any(|(other, _)| other == meant) {
                    let register = ask(tasks, meant, guard.as_deref() == Some(meant));
                    known.push((meant.to_owned(), register));
                }
            }
            let guard = known.first().filter(|_| guard.is_some()).map(|(_, register)| register.clone());
            let mut uri = json!({"url": format!("{{{{ contrail_api }}}}{}", with_registers(path, &known)), "method": method});
            let mut task = json!({ "name": name });
            if let (Some(uri), Some(task)) = (uri.as_object_mut(), task.as_object_mut()) {
                if !body.is_null() {
                    uri.insert("body_format".to_owned(), "json".into());
                    uri.insert("body".to_owned(), with_registers_in(body, &known));
                }
                if let Some(register) = guard {
                    let is = if *method == "POST" { "==" } else { "!=" };
                    task.insert("when".to_owned(), format!("{register}.status {is} 404").into());
                }
                task.insert("ansible.builtin.uri".to_owned(), uri.clone().into());
            }
            tasks.push(task);
        }
        Action::Junos { device, line, because } => tasks.push(json!({
            "name": format!("{name} ({because})"),
            "junipernetworks.junos.junos_config": {"lines": [line]},
            "delegate_to": device,
        })),
        Action::Host { server, command, because, .. } => tasks.push(json!({
            "name": format!("{name} ({because})"),
            "ansible.builtin.command": {"cmd": command},
            "delegate_to": server,
            "become": true,
        })),
    }
}

/// Adds a task that asks for an object's UUID, and gives the variable in which the answer is. Where the object need not be
/// there, the answer's status says whether it is.
fn ask(tasks: &mut Vec<Value>, meant: &str, may_be_absent: bool) -> String {
    let register = format!("contrail_uuid_{}", tasks.len());
    let (of, name) = meant.split_once(' ').unwrap_or((meant, ""));
    let status: &[u16] = if may_be_absent { &[200, 404] } else { &[200] };
    tasks.push(json!({
        "name": format!("find {meant}"),
        "ansible.builtin.uri": {
            "url": "{{ contrail_api }}/fqname-to-id",
            "method": "POST",
            "body_format": "json",
            "body": {"type": of, "fq_name": name.split(':').collect::<Vec<_>>()},
            "status_code": status,
        },
        "register": register,
    }));
    register
}

/// `TYPE NAME` in `.../{uuid of TYPE NAME}`.
fn meant(text: &str) -> Option<&str> {
    let (_, meant) = text.split_once("{uuid of ")?;
    meant.strip_suffix('}')
}

fn with_registers(text: &str, known: &[(String, String)]) -> String {
    let register = meant(text).and_then(|meant| known.iter().find(|(other, _)| other == meant));
    match (register, text.split_once("{uuid of ")) {
        (Some((_, register)), Some((before, _))) => format!("{before}{{{{ {register}.json.uuid }}}}"),
        _ => text.to_owned(),
    }
}

fn texts_in(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts_in(item, texts)),
        Value::Object(fields) => fields.values().for_each(|field| texts_in(field, texts)),
        _ => {}
    }
}

fn with_registers_in(value: &Value, known: &[(String, String)]) -> Value {
    match value {
        Value::String(text) => with_registers(text, known).into(),
        Value::Array(items) => items.iter().map(|item| with_registers_in(item, known)).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(field, value)| (field.clone(), with_registers_in(value, known))).collect()
        }
        other => other.clone(),
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Call(Call { method, path, body, .. }) if body.is_null() => write!(f, "{method} {path}"),
            Self::Call(Call { method, path, body, .. }) => write!(f, "{method} {path} {body}"),
            Self::Junos { device, line, because } => write!(f, "{device}> {line} # {because}"),
            Self::Host { server, command, because, .. } => write!(f, "{server}$ {command} # {because}"),
        }
    }
}

impl fmt::Display for Procedure {
    /// Each step with what is done for it, what works from then on, then how all of it is undone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, task) in self.steps.iter().enumerate() {
            writeln!(f, "{}. {}", index + 1, task.change)?;
            task.actions.iter().try_for_each(|action| writeln!(f, "     {action}"))?;
            for (what, flows) in
                [("breaks, until a later step", &task.breaks), ("from here on works", &task.repairs)]
            {
                if !flows.is_empty() {
                    writeln!(f, "   {what}: {}", flows.join("; "))?;
                }
            }
        }
        f.write_str("to undo all of it\n")?;
        self.undo().try_for_each(|action| writeln!(f, "     {action}"))
    }
}
