//! The planner against brute force: small fabrics drawn at random, and for each what an exhaustive search finds.
//!
//! The search makes its changes in the document and asks traces and rules; it shares nothing with the planner. What it
//! is known to do better is in `known`, a predicate by which a law counts it.

mod apply;
mod cheapest;
mod exhaustive;
mod generate;
mod impossible;
mod kept;
mod known;
mod lift;
mod parts;
mod random;
mod rename;
mod setup;

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::thread;

use contrail_model::Fabric;

/// How many fabrics are tried. `FABRICS` in the environment is another number, `FIRST` the seed to start with.
const FABRICS: u64 = 400;

/// What came out, by how often.
type Tally = BTreeMap<String, usize>;

/// Tries something with the seed of each fabric, or of one `of` so many where that takes long, on all processors. What it finds wrong fails the test.
fn for_each_fabric(of: u64, law: impl Fn(u64, &mut Tally) -> Vec<String> + Sync) -> Tally {
    let number = |name: &str, usual| std::env::var(name).map_or(usual, |number| number.parse().unwrap());
    let (first, count) = (number("FIRST", 0), number("FABRICS", FABRICS).div_ceil(of));
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let law = &law;
    let results: Vec<(Tally, Vec<(u64, String)>)> = thread::scope(|scope| {
        let work = |worker: usize| {
            let (mut tally, mut broken) = (Tally::new(), Vec::new());
            for seed in (first..first + count).skip(worker).step_by(workers) {
                broken.extend(law(seed, &mut tally).into_iter().map(|what| (seed, what)));
            }
            (tally, broken)
        };
        let threads: Vec<_> = (0..workers).map(|worker| scope.spawn(move || work(worker))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let (mut all, mut wrong) = (Tally::new(), Vec::new());
    for (tally, broken) in results {
        for (what, count) in tally {
            *all.entry(what).or_default() += count;
        }
        wrong.extend(broken);
    }
    wrong.sort();
    let told: Vec<String> =
        wrong.iter().take(5).map(|(seed, what)| format!("fabric {seed}: {what}")).collect();
    let seeds: Vec<u64> = wrong.iter().map(|(seed, _)| *seed).collect();
    assert!(wrong.is_empty(), "{}\n{} in all: {seeds:?}\n{all:#?}", told.join("\n"), wrong.len());
    println!("{all:#?}");
    all
}

/// How many percent of the fabrics something happened to; a few fabrics say nothing.
fn share(tally: &Tally, what: &str) -> usize {
    let number = |what: &str| tally.get(what).copied().unwrap_or_default();
    if number("fabrics") < 100 { 100 } else { number(what) * 100 / number("fabrics") }
}

fn count(tally: &mut Tally, what: &str) {
    *tally.entry(what.to_owned()).or_default() += 1;
}

/// Errors that the changed fabric has and the other has not.
fn new_errors(fabric: &Fabric, changed: &Fabric) -> Vec<String> {
    let errors = |fabric: &Fabric| -> Vec<String> {
        let report = fabric.check();
        report.errors().map(|error| format!("{} {}: {}", error.rule, error.subject, error.message)).collect()
    };
    let known = errors(fabric);
    errors(changed).into_iter().filter(|error| !known.contains(error)).collect()
}

#[test]
fn a_plan_keeps_what_it_promises() {
    let tally = for_each_fabric(1, |seed, tally| {
        let document = generate::fabric(seed);
        let fabric = apply::fabric(&document);
        let plan = fabric.plan();
        count(tally, "fabrics");
        match plan.best() {
            None => count(tally, "no way works"),
            Some(best) => best.break_outs.iter().for_each(|at| count(tally, &at.approach.to_string())),
        }
        kept::promises(&document, &fabric, &plan)
    });
    // Otherwise the laws would say little.
    for (what, percent) in [
        ("no way works", 20),
        ("logical router on", 15),
        ("logical router on DC gateway", 10),
        ("IP fabric forwarding", 10),
        ("distributed SNAT", 2),
    ] {
        assert!(share(&tally, what) >= percent, "{what}: {tally:#?}");
    }
}

#[test]
fn a_plan_does_not_depend_on_names_order_or_chance() {
    for_each_fabric(4, |seed, _| {
        let document = generate::fabric(seed);
        let fabric = apply::fabric(&document);
        let plan = fabric.plan();
        let mut broken = kept::independence_of_names(seed, &document, &plan);
        broken.extend(kept::independence_of_order(seed, &document, &plan));
        broken
    });
}

#[test]
fn where_no_plan_is_returned_nothing_works() {
    let tally = for_each_fabric(1, nothing_works_without_plan);
    // Otherwise the law would say little.
    assert!(share(&tally, "impossible") >= 20, "{tally:#?}");
}

fn nothing_works_without_plan(seed: u64, tally: &mut Tally) -> Vec<String> {
    let document = generate::fabric(seed);
    let fabric = apply::fabric(&document);
    let parts = parts::parts(&document, &fabric);
    let plan = fabric.plan();
    count(tally, "fabrics");
    if plan.best().is_some() {
        return Vec::new();
    }
    count(tally, "impossible");
    impossible::explanations(&document, &fabric, &parts, &plan, tally)
}

#[test]
fn the_best_is_the_cheapest() {
    for_each_fabric(2, best_is_cheapest);
}

fn best_is_cheapest(seed: u64, tally: &mut Tally) -> Vec<String> {
    let document = generate::fabric(seed);
    let fabric = apply::fabric(&document);
    let parts = parts::parts(&document, &fabric);
    let plan = fabric.plan();
    let Some(best) = plan.best() else { return Vec::new() };
    let searches = parts.iter().map(|part| cheapest::Costs::new(&document, &fabric, part));
    let searches: Vec<_> = searches.collect();
    let costs: Option<Vec<_>> = searches.iter().map(cheapest::Costs::cheapest).collect();
    let total = costs.iter().flatten().map(|(total, _)| *total).sum::<u32>();
    let costs_that = || searches.iter().map(|search| search.of_best(best)).sum::<Option<u32>>();
    let told = || vec![format!("costs {}, but {total}: {costs:?}\n{plan}", best.cost.total)];
    count(tally, "the same");
    let is_right = match (costs.is_some(), best.cost.total.cmp(&total)) {
        (true, Ordering::Equal) => true,
        (true, Ordering::Less) => costs_that() == Some(best.cost.total),
        _ => false,
    };
    if !is_right {
        return told();
    }
    match (searches.as_slice(), costs.as_deref()) {
        ([search, _], Some([_, (plain, _)])) => search.unlike(&plan, *plain),
        _ => Vec::new(),
    }
}

fn holds(law: impl Fn(u64, &mut Tally) -> Vec<String>, seeds: &[u64]) -> Tally {
    let mut tally = Tally::new();
    for seed in seeds {
        let broken = law(*seed, &mut tally);
        assert!(broken.is_empty(), "fabric {seed}: {}", broken.join("\n"));
    }
    tally
}

#[test]
fn a_logical_router_left_with_nothing_to_join_is_withdrawn() {
    holds(nothing_works_without_plan, &[2076, 2535, 2757, 3629, 4728]);
}

#[test]
fn what_passes_a_logical_router_by_gets_irbs_where_that_attracts_it() {
    holds(nothing_works_without_plan, &[2385, 4588, 4688]);
}

#[test]
fn a_leaf_without_tunnel_address_gets_an_irb_where_that_spares_the_bridging() {
    holds(nothing_works_without_plan, &[1434]);
}

#[test]
fn a_network_that_is_forwarded_already_may_be_routed_too() {
    holds(nothing_works_without_plan, &[2417, 3912, 4136]);
}

#[test]
fn a_logical_router_may_stay_where_its_irb_is_in_two_tables_already() {
    holds(nothing_works_without_plan, &[2513]);
}

#[test]
fn a_flow_that_is_required_twice_is_left_out_as_one() {
    holds(nothing_works_without_plan, &[3964]);
}

#[test]
fn a_leaf_without_tunnel_address_gets_the_logical_router_where_that_spares_the_bridging() {
    holds(nothing_works_without_plan, &[19295]);
}

#[test]
fn networks_may_get_a_vrf_together_where_one_alone_gets_none() {
    holds(nothing_works_without_plan, &[7845]);
}

#[test]
fn an_underlay_irb_on_a_leaf_that_a_host_is_not_behind_may_do_harm() {
    holds(nothing_works_without_plan, &[5101]);
}

#[test]
fn parts_that_cannot_be_met_together_are_explained() {
    holds(nothing_works_without_plan, &[10640, 16635]);
}

#[test]
fn a_device_that_a_logical_router_stays_on_costs_nothing() {
    holds(best_is_cheapest, &[1213, 2418, 3104, 4723, 4810]);
}

#[test]
fn what_remedies_have_in_common_costs_once() {
    holds(best_is_cheapest, &[569]);
}

#[test]
fn what_passes_a_logical_router_by_gets_irbs_at_its_own_ends_only() {
    holds(best_is_cheapest, &[2685]);
}

#[test]
fn a_logical_router_is_left_by_networks_that_go_another_way() {
    holds(best_is_cheapest, &[4447]);
}

#[test]
fn a_plan_may_go_beyond_what_is_searched_at_the_cost_that_it_says() {
    holds(best_is_cheapest, &[5171]);
}

#[test]
fn what_is_known_to_be_missed_still_is() {
    let tally = holds(nothing_works_without_plan, &[4112]);
    assert_eq!(tally.get("known to be missed"), Some(&1), "take it from `known`: {tally:#?}");
}
