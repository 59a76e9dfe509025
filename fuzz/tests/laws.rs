//! The laws without a fuzzer: what a clone holds, and the corpus beside it where there is one.

#[path = "../../contrail-wire/tests/it/corpus.rs"]
mod corpus;

use std::fs;
use std::path::Path;

use contrail_fuzz::{TARGETS, Target, bgp, bgp_message, edit, encapsulation, frame, minimized, packet, seed};
use contrail_wire::capture::Reader;
use contrail_wire::{Decoder, LinkType, MplsPayload};

/// How many damaged seeds of each target are tried.
const DAMAGED: usize = 40;

#[test]
fn seeds_keep_the_laws_whole_and_cut_anywhere() {
    for (_, bytes) in seed::packets() {
        for length in 0..=bytes.len() {
            packet(&bytes[..length]);
        }
        edit(&bytes);
    }
}

#[test]
fn every_shape_has_a_seed_that_decodes_as_it() {
    let drawn: Vec<String> = seed::packets().iter().map(|(name, bytes)| drawing(name, bytes)).collect();
    assert_eq!(
        drawn.join("\n"),
        "\
vxlan: ethernet ipv4 udp vxlan | ethernet ipv4 tcp
mpls_over_udp_two_labels: ethernet ipv4 udp mpls mpls | ipv4 tcp
mpls_over_udp_raw_ip: ipv4 udp mpls | ipv4 tcp
mpls_over_gre_control_word: ethernet ipv4 gre mpls control_word | ethernet ipv4 tcp
gre_all_words_ethernet: ipv4 gre | ethernet ipv4 tcp
mpls_on_the_link: ethernet mpls | ipv4 tcp
two_tags_arp_padded: ethernet vlan vlan arp
ipv6_extensions_fragment: ethernet ipv6 ipv6_extension ipv6_extension udp
ipv6_udp: ipv6 udp
ipv4_options_icmp: ethernet ipv4 icmp
tcp_options: ipv4 tcp
first_fragment: ethernet ipv4 udp
ip_in_ip: ipv4 | ipv4 tcp
llc: ethernet
cooked: linux_sll ipv4 tcp
cooked_2: linux_sll ipv4 udp"
    );
}

#[test]
fn damaged_seeds_keep_the_laws() {
    let seeds = seed::packets();
    let mut random = Random(0x5eed);
    for round in 0..20_000 {
        let (_, whole) = &seeds[round % seeds.len()];
        let mut bytes = whole.clone();
        for _ in 0..=random.below(3) {
            let at = random.below(bytes.len());
            match random.below(5) {
                0 => bytes[at] ^= 1 << random.below(8),
                1 => bytes[at] = [0x00, 0x45, 0x60, 0x7f, 0x80, 0xff][random.below(6)],
                2 => bytes.truncate(at + 1),
                3 => bytes.insert(at, bytes[random.below(bytes.len())]),
                _ => {
                    let (_, other) = &seeds[random.below(seeds.len())];
                    bytes.truncate(at + 1);
                    bytes.extend_from_slice(&other[random.below(other.len())..]);
                }
            }
        }
        packet(&bytes);
    }
}

#[test]
fn messages_keep_the_laws_whole_cut_and_damaged() {
    let mut random = Random(0x5eed);
    for (_, whole) in seed::messages() {
        for length in (0..=whole.len()).rev().step_by(7) {
            bgp(&whole[..length]);
            let mut bytes = whole.clone();
            bytes[random.below(whole.len())] ^= 1 << random.below(8);
            bytes[random.below(whole.len())] = [0x00, 0x01, 0x20, 0x80, 0xff][random.below(5)];
            bgp(&bytes);
        }
    }
}

#[test]
fn any_bytes_and_what_is_made_of_them_keep_the_laws() {
    let mut random = Random(0x5eed);
    for _ in 0..5_000 {
        let bytes: Vec<u8> =
            std::iter::repeat_with(|| u8::try_from(random.below(256)).unwrap()).take(500).collect();
        frame(&bytes);
        encapsulation(&bytes);
        edit(&bytes);
        bgp_message(&bytes);
    }
    for _ in 0..500 {
        let bytes: Vec<u8> =
            std::iter::repeat_with(|| u8::try_from(random.below(256)).unwrap()).take(100).collect();
        bgp(&bytes);
    }
}

#[test]
fn kept_findings_keep_the_laws() {
    for folder in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions")).unwrap() {
        let folder = folder.unwrap();
        let target = Target::named(&folder.file_name().to_string_lossy()).expect("a target");
        for path in corpus::files(&folder.path()) {
            (target.law)(&fs::read(path).unwrap());
        }
    }
}

#[test]
fn what_a_fuzzer_has_found_worth_a_look_keeps_the_laws() {
    for target in TARGETS {
        minimized::read(target.name).unwrap().iter().for_each(|bytes| (target.law)(bytes));
    }
}

#[test]
fn each_target_has_a_file_and_seeds_that_keep_its_law() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz_targets");
    let mut files: Vec<_> =
        corpus::files(&folder).iter().map(|path| path.file_stem().unwrap().to_owned()).collect();
    for target in TARGETS {
        let place = files.iter().position(|file| file == target.name).expect("a file for each target");
        files.remove(place);
        let seeds = (target.seeds)();
        assert!(!seeds.is_empty(), "{}", target.name);
        for (name, bytes) in seeds {
            println!("{} {name}", target.name);
            (target.law)(&bytes);
        }
    }
    assert!(files.is_empty(), "no target: {files:?}");
}

/// Seeds of what is new with this, changed a little: in one byte, cut, or with a piece of another.
#[test]
fn damaged_seeds_of_each_target_keep_its_law() {
    let mut random = Random(0x5eed);
    for target in TARGETS {
        let seeds = (target.seeds)();
        for _ in 0..DAMAGED {
            let (_, whole) = &seeds[random.below(seeds.len())];
            let (_, other) = &seeds[random.below(seeds.len())];
            let mut bytes = whole.clone();
            match (random.below(4), bytes.len()) {
                (_, 0) => {}
                (0, length) => bytes[random.below(length)] ^= 1 << random.below(8),
                (1, length) => bytes.truncate(random.below(length)),
                (2, length) => drop(bytes.remove(random.below(length))),
                (_, length) => {
                    bytes.truncate(random.below(length));
                    bytes.extend(other.iter().skip(random.below(other.len().max(1))));
                }
            }
            (target.law)(&bytes);
        }
    }
}

#[test]
fn frames_of_captures_keep_the_laws() {
    for folder in ["captures", "malformed"].into_iter().filter_map(corpus::part) {
        for path in corpus::files(&folder) {
            let bytes = fs::read(path).unwrap();
            let Ok(mut capture) = Reader::new(&bytes[..]) else { continue };
            while let Ok(Some(frame)) = capture.next_frame() {
                packet(frame.bytes);
            }
        }
    }
}

#[test]
fn seeds_of_others_keep_the_laws() {
    for path in corpus::part("fuzz-seeds").iter().flat_map(|folder| corpus::files(folder)) {
        let bytes = fs::read(path).unwrap();
        packet(&bytes);
        bgp(&bytes);
    }
}

/// The layers of a frame: levels divided by bars.
fn drawing(name: &str, bytes: &[u8]) -> String {
    let link = match name {
        "cooked" => LinkType::LinuxSll,
        "cooked_2" => LinkType::LinuxSll2,
        _ if bytes[0] == 2 => LinkType::Ethernet,
        _ => LinkType::RawIp,
    };
    let decoder = Decoder::new().mpls_payload(&|_| MplsPayload::GuessByFirstNibble);
    let outer = decoder.captured(link, bytes, bytes.len()).complete().unwrap();
    let levels: Vec<String> = outer
        .levels()
        .map(|level| {
            let names: Vec<&str> =
                level.unwrap().headers().map(|(_, header)| header.layer().name()).collect();
            names.join(" ")
        })
        .collect();
    format!("{name}: {}", levels.join(" | "))
}

/// Numbers that are the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound).unwrap()).unwrap()
    }
}
