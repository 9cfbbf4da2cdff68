//! The demo's desk: an account for each role, and something that waits for a second person.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use ashkar_centre::Centre;
use ashkar_credentials::password::{NewPassword, Password, PasswordPool};
use ashkar_credentials::recovery::RecoveryCode;
use ashkar_credentials::token::Token;
use ashkar_credentials::totp::TotpSecret;
use ashkar_election::{
    Actor, Checks, Language, NewInvitation, NewSession, NewViewStill, PeopleStore, PersonName, Profile,
    ProposalStore, Proposed, Role, SecretChange, SignInStage, SqliteStore, ViewPhase, ViewStore, ViewZone,
    ZoneKind,
};
use ashkar_terms::CameraId;
use serde_json::json;

use crate::{output, store};

/// Who there is: a name, what others see, and a role. What needs two persons needs two of a role.
const PEOPLE: [(&str, &str, Role); 8] = [
    ("admin1", "Aysel Administrator", Role::Administrator),
    ("admin2", "Anar Administrator", Role::Administrator),
    ("commission1", "Kamran Komissiya", Role::Commission),
    ("commission2", "Könül Komissiya", Role::Commission),
    ("operator1", "Orxan Operator", Role::Operator),
    ("operator2", "Ofelya Operator", Role::Operator),
    ("technician1", "Tural Texnik", Role::Technician),
    ("auditor1", "Aygün Auditor", Role::Auditor),
];
/// The file with everything that signs them in.
const FILE: &str = "desk-logins.json";
/// How often a camera is looked at until it has a picture.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Looks until that is given up.
const LOOKS: u32 = 60;

/// The accounts that were made.
pub(super) struct Logins {
    file: PathBuf,
    password: String,
    /// A name and a code of its own, of one account of each role.
    codes: Vec<(String, Role, String)>,
}

/// Makes an account for each, and writes into `data` how to sign in.
pub(super) async fn make(store: &SqliteStore, data: &Path) -> anyhow::Result<Logins> {
    let password = format!("demo-{}", RecoveryCode::generate()?.first().context("a code")?.reveal().as_str());
    let pool = PasswordPool::new(1, PEOPLE.len());
    let mut all = Vec::new();
    let mut codes = Vec::new();
    for (name, display_name, role) in PEOPLE {
        let phc = pool.hash(NewPassword::new(Password::new(password.clone()), &[name])?).await?.to_phc();
        let (secret, recovery) = account(store, name, display_name, role, &phc).await?;
        all.push(json!({
            "name": name, "role": role, "password": password,
            "totp_secret": secret.reveal().as_str(), "recovery_codes": recovery,
        }));
        if !codes.iter().any(|(_, known, _)| *known == role) {
            codes.push((name.to_owned(), role, recovery.last().cloned().unwrap_or_default()));
        }
    }
    let file = data.join(FILE);
    crate::data::replace(&file, &format!("{:#}\n", json!(all)))?;
    Ok(Logins { file, password, codes })
}

/// Somebody who has accepted an invitation and set up one-time passwords and recovery codes.
async fn account(
    store: &SqliteStore,
    name: &str,
    display_name: &str,
    role: Role,
    phc: &str,
) -> anyhow::Result<(TotpSecret, Vec<String>)> {
    let name: PersonName = name.parse()?;
    let by = Actor::new("demo", store::now());
    let profile =
        Profile { display_name: display_name.to_owned(), role, constituencies: None, language: Language::Az };
    let (token_hash, expires_at) = (Token::generate()?.hash().0, by.at.plus(1_000_000));
    store.invite(&name, &profile, &NewInvitation { token_hash, expires_at }, &by).await?;
    let (from, agent) = ("demo".to_owned(), "demo".to_owned());
    let session = NewSession { token_hash, stage: SignInStage::Enrol, expires_at: by.at, from, agent };
    store.accept_invitation(&token_hash, phc, &session, &by).await?;
    let (secret, codes) = (TotpSecret::generate()?, RecoveryCode::generate()?);
    let totp = SecretChange::Totp { secret: secret.reveal().to_string(), step: 0 };
    store.change_secret(&name, &totp, 0, &by).await?;
    let hashes = codes.iter().map(|code| code.hash().0).collect();
    store.change_secret(&name, &SecretChange::RecoveryCodes(hashes), 0, &by).await?;
    Ok((secret, codes.iter().map(|code| code.reveal().to_string()).collect()))
}

impl Logins {
    /// How to sign in, for people.
    pub(super) fn told(&self, http: std::net::SocketAddr) -> String {
        let mut text = format!(
            "The desk        http://localhost:{}/desk, password {}, and a code that is good once:\n",
            http.port(),
            self.password
        );
        for (name, role, code) in &self.codes {
            text.push_str(&format!("                {name:<12} {:<14} {code}\n", role.name()));
        }
        text.push_str(&format!("                More people and codes are in {}\n\n", self.file.display()));
        text
    }
}

/// Proposes the views of `cameras` for the count, once they send a picture: a second person may decide.
pub(super) async fn propose(store: &SqliteStore, centre: &Centre, cameras: &[CameraId]) {
    for camera in cameras {
        if let Err(error) = propose_one(store, centre, *camera).await {
            output::note(format_args!("note: the view of {camera} could not be proposed: {error:#}"));
        }
    }
}

async fn propose_one(store: &SqliteStore, centre: &Centre, camera: CameraId) -> anyhow::Result<()> {
    let mut looks = 0;
    let still = loop {
        match centre.full_still(camera).await {
            Ok(still) => break still,
            Err(failure) if looks >= LOOKS => anyhow::bail!("no picture came: {failure:?}"),
            Err(_) => looks += 1,
        }
        tokio::time::sleep(LOOK_EVERY).await;
    };
    let by = Actor::new("desk:operator1", store::now());
    let size = ashkar_election::jpeg_size(&still.jpeg).context("the still is no picture")?;
    let (width, height) = (size.0.into(), size.1.into());
    let new = NewViewStill { camera, taken_at: still.at, jpeg: &still.jpeg, width, height };
    let zone = |kind, x, y, w, h| ViewZone { kind, x, y, w, h };
    let what = Proposed::ApproveView {
        camera,
        phase: ViewPhase::Count,
        still: store.keep_view_still(&new, &by).await?,
        zones: vec![
            zone(ZoneKind::Box, 430, 420, 150, 330),
            zone(ZoneKind::CountingTable, 120, 520, 280, 260),
        ],
        checks: Checks {
            no_booth: true,
            box_visible: true,
            tables_visible: true,
            counting_visible: true,
            lit: true,
        },
    };
    let why = "Sayım masası görünür; kabinə görünmür.";
    store.propose(&what, &"operator1".parse()?, why, &by).await?;
    Ok(())
}
