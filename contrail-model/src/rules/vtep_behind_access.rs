//! L1 vtep-behind-access.

use super::{Context, Rule};
use crate::fabric::Facts;
use crate::report::{Finding, Severity};
use crate::trace::Drop;

pub(super) static RULE: Rule = Rule {
    id: "L1",
    name: "vtep-behind-access",
    severity: Severity::Error,
    holds: "No device works on VXLAN that passes an access interface of its own.",
    why: "Traffic that enters a QFX through an interface that is enabled for VXLAN is not handled properly \
        by the VXLAN pipeline; it can only be routed there. So a leaf cannot be the other end of the VXLAN \
        of a vRouter attached to it, and a logical router must not be extended to a leaf whose own \
        hypervisors host workloads of its networks, if required flows pass there (the article, round 1). Nor can a \
        workload be reached from a server of its own network that is behind the hypervisor's leaves.",
    broken_by: "A logical router on the hypervisors' leaves.",
    remedy: "Extend it to other leaves or to a DC gateway; attach a server of the workloads' own network to \
        other leaves.",
    references: &[
        "the article, round 1: no further VXLAN operations on a device with an access interface of that VNI",
    ],
    depends_on: Facts::FLOWS,
    check,
};

fn check(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let fabric = context.fabric;
    for dropped in context.drops(Some(RULE.id)) {
        let Some(Drop::VxlanBehindAccess { device, .. }) = dropped.reason() else { continue };
        let here = fabric.device_named(device);
        let mut places = fabric.routers.iter().filter_map(|(id, router)| {
            let index = router.extended_to.iter().position(|other| Some(*other) == here)?;
            Some((&router.name, format!("logical_routers[{}].extended_to[{index}]", id.index())))
        });
        let (subject, path, fix) = match places.next() {
            Some((router, path)) => {
                let fix = format!(
                    "extend the logical router to devices other than {device}, which these hypervisors are attached to"
                );
                (router.to_string(), path, fix)
            }
            None => {
                let fix = format!("attach the server or these hypervisors to devices other than {device}");
                (device.to_string(), dropped.flow.path.to_string(), fix)
            }
        };
        let message = format!("{device} would have to work on VXLAN that passes its own access interfaces");
        let mut finding = Finding::of(&RULE, subject, path, message);
        for reason in &dropped.reasons {
            finding = finding.because(reason.to_string());
        }
        findings.push(finding.because(format!("required: {}", dropped.flows())).fix(fix));
    }
}
