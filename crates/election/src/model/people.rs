//! The people of the desk: their roles, and what each role may do.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use ashkar_terms::UtcMicros;
use serde::{Deserialize, Deserializer, Serialize};

use super::Language;

/// The longest name that people are shown by, characters.
const DISPLAY_NAME_CHARS_MAX: usize = 80;

/// What a person is for. Everybody has one role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Makes accounts. Decides nothing about stations.
    Administrator,
    /// Decides about the list, the programme, what is public, and policy.
    Commission,
    /// Looks after cameras, of all constituencies or of some.
    Operator,
    /// Records what was found and done at stations.
    Technician,
    /// Reads everything and changes nothing.
    Auditor,
}

/// Something that a role may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub enum Permission {
    /// Invite, change and disable people, and recover their access.
    #[serde(rename = "people.manage")]
    ManagePeople,
    /// Read the audit trail.
    #[serde(rename = "audit.read")]
    ReadAudit,
    /// See stations, cameras and the programme.
    #[serde(rename = "stations.read")]
    ReadStations,
    /// See what cameras show, public or not.
    #[serde(rename = "views.read")]
    ReadViews,
    /// Propose that a view becomes public, or is shown again.
    #[serde(rename = "views.propose")]
    ProposeViews,
    /// Decide about such a proposal of somebody else.
    #[serde(rename = "views.decide")]
    DecideViews,
    /// Hide a camera at once.
    #[serde(rename = "views.hide")]
    HideViews,
    /// Propose the publication of a list.
    #[serde(rename = "list.propose")]
    ProposeList,
    /// Decide about it.
    #[serde(rename = "list.decide")]
    DecideList,
    /// Propose that a station's day is closed.
    #[serde(rename = "station.propose")]
    ProposeClosing,
    /// Decide about it.
    #[serde(rename = "station.decide")]
    DecideClosing,
    /// Propose another plan or policy of the election.
    #[serde(rename = "policy.propose")]
    ProposePolicy,
    /// Decide about it.
    #[serde(rename = "policy.decide")]
    DecidePolicy,
    /// Name responsible persons and due dates; keep stations without a camera.
    #[serde(rename = "programme.edit")]
    EditProgramme,
    /// Record findings at a station.
    #[serde(rename = "programme.record")]
    RecordFindings,
    /// Hand devices over and take them back.
    #[serde(rename = "devices.edit")]
    EditDevices,
}

impl Permission {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::ManagePeople,
        Self::ReadAudit,
        Self::ReadStations,
        Self::ReadViews,
        Self::ProposeViews,
        Self::DecideViews,
        Self::HideViews,
        Self::ProposeList,
        Self::DecideList,
        Self::ProposeClosing,
        Self::DecideClosing,
        Self::ProposePolicy,
        Self::DecidePolicy,
        Self::EditProgramme,
        Self::RecordFindings,
        Self::EditDevices,
    ];
}

impl Role {
    /// All roles.
    pub const ALL: [Self; 5] =
        [Self::Administrator, Self::Commission, Self::Operator, Self::Technician, Self::Auditor];

    /// Its name, as it is written and stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Commission => "commission",
            Self::Operator => "operator",
            Self::Technician => "technician",
            Self::Auditor => "auditor",
        }
    }

    /// Whether the role may do it.
    pub const fn may(self, permission: Permission) -> bool {
        use Permission as P;
        match permission {
            P::ReadStations => true,
            P::ReadViews => !matches!(self, Self::Technician),
            P::ReadAudit => matches!(self, Self::Administrator | Self::Commission | Self::Auditor),
            P::ManagePeople => matches!(self, Self::Administrator),
            P::ProposeViews
            | P::DecideViews
            | P::HideViews
            | P::ProposeClosing
            | P::EditDevices
            | P::EditProgramme => matches!(self, Self::Commission | Self::Operator),
            P::ProposeList | P::DecideList | P::DecideClosing | P::ProposePolicy | P::DecidePolicy => {
                matches!(self, Self::Commission)
            }
            P::RecordFindings => matches!(self, Self::Commission | Self::Operator | Self::Technician),
        }
    }

    /// Whether the role can change anything but its own account: then it needs a second factor.
    pub fn needs_second_factor(self) -> bool {
        self != Self::Auditor
    }

    /// Whether the role may be limited to some constituencies.
    const fn is_local(self) -> bool {
        matches!(self, Self::Operator | Self::Technician)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = PersonError;

    fn from_str(text: &str) -> Result<Self, PersonError> {
        Self::ALL.into_iter().find(|role| role.name() == text).ok_or_else(|| PersonError::Role(cut(text)))
    }
}

/// The name by which a person signs in: 2 to 32 of `a`–`z`, `0`–`9`, `.`, `_` and `-`, beginning with a letter.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct PersonName(String);

impl PersonName {
    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for PersonName {
    type Err = PersonError;

    fn from_str(text: &str) -> Result<Self, PersonError> {
        let allowed = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_' | b'-')
        };
        let begins = text.bytes().next().is_some_and(|first| first.is_ascii_lowercase());
        if (2..=32).contains(&text.len()) && begins && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(PersonError::Name(cut(text)))
        }
    }
}

impl<'de> Deserialize<'de> for PersonName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What somebody says who makes an account, or changes one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The name that others see.
    pub display_name: String,
    /// What the person is for.
    pub role: Role,
    /// The constituencies that an operator or a technician looks after; all of them without any.
    #[serde(default)]
    pub constituencies: Option<BTreeSet<u16>>,
    /// The language of the desk's pages.
    pub language: Language,
}

impl Profile {
    /// Refuses what cannot be.
    ///
    /// # Errors
    /// [`PersonError`] with what is wrong.
    pub fn check(&self) -> Result<(), PersonError> {
        let chars = self.display_name.chars().count();
        let is_plain =
            !self.display_name.chars().any(char::is_control) && self.display_name.trim() == self.display_name;
        if !(1..=DISPLAY_NAME_CHARS_MAX).contains(&chars) || !is_plain {
            return Err(PersonError::DisplayName);
        }
        match &self.constituencies {
            Some(_) if !self.role.is_local() => Err(PersonError::Everywhere(self.role)),
            Some(numbers) if numbers.is_empty() => Err(PersonError::Nowhere),
            _ => Ok(()),
        }
    }

    /// Whether the person looks after this constituency.
    pub fn covers(&self, constituency: u16) -> bool {
        self.constituencies.as_ref().is_none_or(|numbers| numbers.contains(&constituency))
    }
}

/// A person of the desk, without secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The name to sign in with.
    pub name: PersonName,
    /// Role and the like.
    pub profile: Profile,
    /// Whether the person may not sign in any more.
    pub disabled: bool,
    /// Whether a password was ever chosen.
    pub has_password: bool,
    /// Whether there is a second factor.
    pub second_factor: bool,
    /// Until when an invitation that was not accepted is good.
    pub invited_until: Option<UtcMicros>,
    /// When the person was seen last.
    pub last_seen: Option<UtcMicros>,
}

/// Why an account cannot be made or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PersonError {
    /// Not a name to sign in with.
    #[error(
        "{0:?} is no name to sign in with; it has 2 to 32 of a-z, 0-9, \".\", \"_\" and \"-\" and begins with a letter"
    )]
    Name(String),
    /// Not a name to be seen by.
    #[error("a display name has 1 to 80 characters, without control characters and without spaces around it")]
    DisplayName,
    /// No such role.
    #[error("{0:?} is no role; the roles are administrator, commission, operator, technician, auditor")]
    Role(String),
    /// A role that is for the whole country.
    #[error("the role {0} is for the whole country and cannot be limited to constituencies")]
    Everywhere(Role),
    /// Nothing to look after.
    #[error("name at least one constituency, or leave them out for all")]
    Nowhere,
    /// The name is taken.
    #[error("there is somebody named {0} already, and names are never used again")]
    Exists(PersonName),
    /// Nobody has the name.
    #[error("there is nobody named {0}")]
    Nobody(PersonName),
    /// Nobody could make accounts any more.
    #[error("{0} is the last administrator who can sign in; make another one first")]
    LastAdministrator(PersonName),
    /// The account was used already.
    #[error(
        "{0} has signed in before; use a recovery, which two administrators decide, instead of another invitation"
    )]
    SignedInBefore(PersonName),
    /// The link is unknown, used, replaced or too old.
    #[error("this link is not good any more; ask for a new one")]
    Invitation,
    /// The account is disabled.
    #[error("the account {0} is disabled")]
    Disabled(PersonName),
    /// No such session or passkey of the person.
    #[error("there is no such {0} of this account")]
    NotOurs(&'static str),
    /// The only second factor of a role that needs one.
    #[error("this is the only second factor of this account; add another one first")]
    OnlyFactor,
    /// A passkey that is somebody's already.
    #[error("this passkey belongs to an account already")]
    PasskeyTaken,
    /// Too many of something.
    #[error("an account has at most {1} {0}")]
    TooMany(&'static str, usize),
}

/// What is shown of a text that is wrong.
fn cut(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(role: Role) -> Profile {
        Profile {
            display_name: "Aysel Məmmədova".into(), role, constituencies: None, language: Language::Az
        }
    }

    #[test]
    fn who_reads_only_may_change_nothing() {
        let changes = Permission::ALL.into_iter().filter(|permission| {
            !matches!(permission, Permission::ReadAudit | Permission::ReadStations | Permission::ReadViews)
        });
        for permission in changes {
            assert!(!Role::Auditor.may(permission), "{permission:?}");
            assert!(Role::ALL.iter().any(|role| role.may(permission)), "nobody may {permission:?}");
        }
        assert!(!Role::Auditor.needs_second_factor() && Role::Technician.needs_second_factor());
    }

    #[test]
    fn nobody_makes_accounts_and_decides_about_pictures() {
        for role in Role::ALL {
            assert!(!(role.may(Permission::ManagePeople) && role.may(Permission::DecideViews)), "{role}");
        }
    }

    #[test]
    fn names_are_plain() {
        for good in ["aysel", "r.quliyev", "op-7_2"] {
            assert_eq!(good.parse::<PersonName>().unwrap().as_str(), good);
        }
        for wrong in ["", "a", "Aysel", "7up", "-x", "a b", "ayşe", "a/b", &"a".repeat(33)] {
            assert!(wrong.parse::<PersonName>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn profiles_that_cannot_be_are_refused() {
        profile(Role::Operator).check().unwrap();
        let some = |role, numbers: &[u16]| Profile {
            constituencies: Some(numbers.iter().copied().collect()),
            ..profile(role)
        };
        some(Role::Operator, &[7]).check().unwrap();
        assert!(some(Role::Operator, &[7]).covers(7) && !some(Role::Operator, &[7]).covers(8));
        assert_eq!(some(Role::Operator, &[]).check(), Err(PersonError::Nowhere));
        assert_eq!(some(Role::Commission, &[7]).check(), Err(PersonError::Everywhere(Role::Commission)));
        for name in ["", " a", "a\nb", &"ə".repeat(81)] {
            let wrong = Profile { display_name: name.into(), ..profile(Role::Auditor) };
            assert_eq!(wrong.check(), Err(PersonError::DisplayName), "{name:?}");
        }
    }
}
