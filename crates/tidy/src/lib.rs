//! Rules of the house that no linter knows, as tests: `cargo nextest run -p ashkar-tidy`. The library is empty.
//!
//! In: the files of the project. Out: for each broken rule, every place, in one message.
