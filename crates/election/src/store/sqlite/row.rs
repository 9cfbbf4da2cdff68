//! Structs read from rows, without sqlx's derive macro.

/// A struct whose fields are read from the columns of the same names. sqlx can derive that, but its macros would build
/// sqlx and SQLite a second time, for the compiler, which took longer than all the rest of a first build.
macro_rules! row {
    ($(#[$meta:meta])* $visible:vis struct $row:ident { $($field_visible:vis $field:ident: $kind:ty,)* }) => {
        $(#[$meta])*
        $visible struct $row { $($field_visible $field: $kind,)* }

        impl<'r> sqlx::FromRow<'r, sqlx::sqlite::SqliteRow> for $row {
            fn from_row(row: &'r sqlx::sqlite::SqliteRow) -> Result<Self, sqlx::Error> {
                use sqlx::Row as _;
                Ok(Self { $($field: row.try_get(stringify!($field))?,)* })
            }
        }
    };
}

pub(super) use row;
