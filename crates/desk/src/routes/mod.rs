//! The routes of the desk's API, and the table that they are declared in.

mod account;
mod audit;
pub(crate) mod dates;
pub(crate) mod factors;
mod invitation;
mod list;
mod overview;
pub(crate) mod papers;
mod people;
pub(crate) mod programme;
mod proposals;
mod rehearsals;
mod reports;
mod self_test;
mod sign_in;
mod views;

use ashkar_election::Permission;

use crate::table::Rule::{Anyone, Awaited, Begun, Enrolling, May, MayThere, SignedIn};
use crate::table::Table;

/// Every route of the API with its rule.
pub(crate) fn table() -> Table {
    let signing_in = Table::new()
        .post("/login", Anyone, sign_in::with_password)
        .post("/login/second", Awaited, sign_in::with_second_factor)
        .post("/login/passkey", Awaited, sign_in::ask_for_passkey)
        .post("/logout", Begun, sign_in::out)
        .post("/invitation/look", Anyone, invitation::show)
        .post("/invitation", Anyone, invitation::accept);
    let own = signing_in
        .get("/me", Begun, account::me)
        .patch("/me", SignedIn, account::change_language)
        .get("/me/sessions", SignedIn, account::sessions)
        .delete("/me/sessions/{id}", SignedIn, account::end_session)
        .post("/me/password", SignedIn, account::change_password)
        .post("/me/totp", Enrolling, factors::begin_totp)
        .post("/me/totp/confirm", Enrolling, factors::confirm_totp)
        .post("/me/passkeys", Enrolling, factors::begin_passkey)
        .post("/me/passkeys/confirm", Enrolling, factors::confirm_passkey)
        .delete("/me/passkeys/{id}", SignedIn, factors::remove_passkey)
        .post("/me/recovery-codes", SignedIn, factors::renew_recovery_codes);
    own.get("/people", May(Permission::ManagePeople), people::list)
        .post("/people", May(Permission::ManagePeople), people::invite)
        .patch("/people/{name}", May(Permission::ManagePeople), people::change)
        .post("/people/{name}/invitation", May(Permission::ManagePeople), people::invite_again)
        // Which proposals somebody may make, see and decide depends on their kind; the handlers ask the role for it.
        .get("/proposals", SignedIn, proposals::list)
        .post("/proposals", SignedIn, proposals::propose)
        .get("/proposals/{id}", SignedIn, proposals::show)
        .post("/proposals/{id}/approve", SignedIn, proposals::approve)
        .post("/proposals/{id}/refuse", SignedIn, proposals::refuse)
        .post("/proposals/{id}/withdraw", SignedIn, proposals::withdraw)
        .get("/views", May(Permission::ReadViews), views::list)
        .get("/views/{constituency}/{station}/{camera}", MayThere(Permission::ReadViews), views::show)
        .get("/views/{constituency}/{station}/{camera}/now.jpg", MayThere(Permission::ReadViews), views::now)
        .post(
            "/views/{constituency}/{station}/{camera}/still",
            MayThere(Permission::ProposeViews),
            views::take_still,
        )
        .post("/views/{constituency}/{station}/{camera}/hide", MayThere(Permission::HideViews), views::hide)
        .get("/views/stills/{file}", May(Permission::ReadViews), views::still)
        .get("/programme", May(Permission::ReadStations), programme::board)
        // Of which constituency a decision is stands in it; the handler asks for that.
        .post("/programme", SignedIn, programme::decide)
        .post("/programme/dates", May(Permission::EditProgramme), dates::set)
        .get("/reports", May(Permission::ReadStations), reports::open)
        .get("/stations/{constituency}/{station}", MayThere(Permission::ReadStations), programme::station)
        .post(
            "/stations/{constituency}/{station}/records",
            MayThere(Permission::RecordFindings),
            programme::record,
        )
        .upload(
            "/stations/{constituency}/{station}/photos",
            MayThere(Permission::RecordFindings),
            programme::keep_photo,
        )
        .get(
            "/stations/{constituency}/{station}/photos/{file}",
            MayThere(Permission::ReadStations),
            programme::photo,
        )
        .post(
            "/stations/{constituency}/{station}/link",
            MayThere(Permission::EditProgramme),
            self_test::issue,
        )
        .get("/list", May(Permission::ReadStations), list::show)
        .get("/list/{version}/changes", May(Permission::ReadStations), list::changes)
        .get("/list/files/{file}", May(Permission::ReadStations), list::file)
        .take_csv("/list/look", May(Permission::ProposeList), list::look)
        .take_csv("/list/import", May(Permission::ProposeList), list::import)
        .get(
            "/stations/{constituency}/{station}/acceptance.pdf",
            MayThere(Permission::ReadStations),
            papers::acceptance,
        )
        .post("/stations/{constituency}/{station}/sheet", MayThere(Permission::EditProgramme), papers::sheet)
        .post("/constituencies/{constituency}/sheets", MayThere(Permission::EditProgramme), papers::sheets)
        .get("/stock", May(Permission::ReadStations), programme::stock)
        .post("/stock", May(Permission::EditDevices), programme::move_device)
        .post("/self-test/look", Anyone, self_test::look)
        .post("/self-test/picture", Anyone, self_test::show)
        .post("/self-test", Anyone, self_test::answer)
        .get("/audit", May(Permission::ReadAudit), audit::find)
        .get("/audit.ndjson", May(Permission::ReadAudit), audit::export)
        .get("/election", May(Permission::ReadStations), overview::election)
        .get("/elections", May(Permission::ReadStations), rehearsals::list)
        // It changes nothing that anybody sees; that it becomes current is proposed.
        .post("/elections/rehearsals", May(Permission::ProposePolicy), rehearsals::plan)
        .get("/overview", May(Permission::ReadStations), overview::show)
}
