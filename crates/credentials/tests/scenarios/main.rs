//! Credentials as those who call them see them.

mod authenticator;
mod codes_of_apps;
mod guessing_is_slowed_down;
mod passkeys;
mod passwords;
mod recovery_codes;
mod tokens;
