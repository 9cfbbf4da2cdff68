//! The importer reads files from outside: whatever they contain, it answers, and quickly.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a scenario fails by panicking")]

use std::time::{Duration, Instant};

use crate::common::{CONSTITUENCIES, STATIONS, list};
use ashkar_election::{MAX_FILE_BYTES, Reason, StationList, export_stations_csv, plan_import};

/// xorshift64*: the same files on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % n.max(1)
    }
}

fn mutate(random: &mut Random, file: &mut Vec<u8>) {
    const PIECES: [&[u8]; 14] = [
        b"\"",
        b",",
        b";",
        b"\t",
        b"\n",
        b"\r",
        b"\0",
        b"\xff",
        b"\xc9\x99",
        b"-1",
        b"99999999999999",
        b"=1+1",
        b"\xe2\x80\xae",
        b"7,12",
    ];
    for _ in 0..=random.below(4) {
        let at = random.below(file.len() + 1);
        match random.below(4) {
            0 => drop(file.splice(at..at, PIECES[random.below(PIECES.len())].iter().copied())),
            1 if at < file.len() => file[at] = random.below(256) as u8,
            2 => drop(file.drain(at..(at + random.below(20)).min(file.len()))),
            _ => {
                let piece = file[at..(at + random.below(40)).min(file.len())].to_vec();
                drop(file.splice(at..at, piece));
            }
        }
    }
}

/// Whatever is accepted must be writable and readable again, unchanged.
fn check(current: &StationList, file: &[u8]) {
    match plan_import(current, file) {
        Ok(plan) if plan.list.stations().is_empty() => {}
        Ok(plan) => {
            let again = plan_import(&plan.list, export_stations_csv(&plan.list).as_bytes()).unwrap();
            assert!(again.diff.is_empty(), "{:?}", String::from_utf8_lossy(file));
        }
        Err(errors) => assert!(!errors.all().is_empty() && !errors.to_string().is_empty()),
    }
}

#[test]
fn mutated_files_are_read_or_refused() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let current = list();
    let (start, mut accepted) = (Instant::now(), 0);
    while start.elapsed() < Duration::from_secs(2) {
        for seed in [STATIONS, CONSTITUENCIES] {
            let mut file = seed.as_bytes().to_vec();
            mutate(&mut random, &mut file);
            check(&current, &file);
            accepted += u32::from(plan_import(&current, &file).is_ok());
        }
    }
    assert!(accepted > 100, "the mutations are gentle enough to reach all layers: {accepted}");
}

#[test]
fn giants_are_refused_at_once() {
    let current = list();
    let quotes = [b"constituency,station,venue,voters\n".to_vec(), vec![b'"'; MAX_FILE_BYTES - 40]].concat();
    let commas = [b"number,name\n".to_vec(), vec![b','; MAX_FILE_BYTES - 40]].concat();
    let lines = [b"number,name\n".to_vec(), vec![b'\n'; MAX_FILE_BYTES - 40]].concat();
    let rows = [&b"number,name\n"[..], &b"x,=y\n".repeat(20_000)].concat();
    let header = vec![b','; MAX_FILE_BYTES];
    for (name, file) in
        [("quotes", quotes), ("commas", commas), ("lines", lines), ("rows", rows), ("header", header)]
    {
        let start = Instant::now();
        let errors = plan_import(&current, &file).unwrap_err();
        assert!(errors.to_string().len() < 50_000, "the text stays readable");
        assert!(start.elapsed() < Duration::from_secs(5), "{name}: {:?}", start.elapsed());
    }
}

#[test]
fn all_errors_are_there_and_the_text_counts_those_it_leaves_out() {
    let rows = "x,y\n".repeat(300);
    let errors = plan_import(&StationList::default(), format!("number,name\n{rows}").as_bytes()).unwrap_err();
    assert_eq!(errors.all().len(), 300);
    assert_eq!(errors.all()[299].line, Some(301));
    assert!(errors.to_string().ends_with("… and 200 more"));
    let json = serde_json::to_value(&errors).unwrap();
    assert_eq!((json["total"].as_u64(), json["errors"].as_array().unwrap().len()), (Some(300), 300));
    assert_eq!(json["errors"][0]["reason"], "not_a_number");
}

#[test]
fn files_that_are_no_lists() {
    let current = list();
    let reason = |file: &[u8]| plan_import(&current, file).unwrap_err().all()[0].reason.clone();
    assert_eq!(reason(b""), Reason::NoRows);
    assert_eq!(reason(b"\xef\xbb\xbf"), Reason::NoRows);
    assert_eq!(reason(b"number,name_az\n"), Reason::NoRows);
    assert_eq!(reason(b"PK\x03\x04 a workbook"), Reason::NotText);
    assert_eq!(reason(b"\x00\x01\x02"), Reason::NotText);
    assert_eq!(reason(b"<html></html>"), Reason::NoHeader);
    assert_eq!(reason(b"1,2,3\n4,5,6\n"), Reason::NoHeader);
}
