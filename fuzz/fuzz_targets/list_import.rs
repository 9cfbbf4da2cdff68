//! The importer of the commission's CSV files: whatever it accepts is written and read back unchanged.
#![no_main]

use std::sync::LazyLock;

use ashkar_election::{StationList, export_constituencies_csv, export_stations_csv, plan_import};

static CURRENT: LazyLock<StationList> = LazyLock::new(|| {
    let constituencies = plan_import(&StationList::default(), b"number,name\n1,A\n7,B\n16,C\n").unwrap().list;
    plan_import(&constituencies, b"constituency,station,venue,voters\n7,12,x,1\n").unwrap().list
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    for current in [&*CURRENT, &StationList::default()] {
        let Ok(plan) = plan_import(current, data) else { continue };
        assert_eq!(plan.diff.is_empty(), plan.list == *current);
        let mut files = vec![export_constituencies_csv(&plan.list)];
        if !plan.list.stations().is_empty() {
            files.push(export_stations_csv(&plan.list));
        }
        for file in files {
            let again = plan_import(&plan.list, file.as_bytes()).unwrap();
            assert!(again.diff.is_empty() && again.list == plan.list);
        }
    }
});
