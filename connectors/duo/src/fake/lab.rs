//! The lab's controls of the imitated account. Nothing like them exists at the vendor.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::state::{CodeView, Device, GroupOf, Permissions, User};
use super::{Desk, DuoFake};

type Lab = State<Arc<DuoFake>>;

/// What became of one user, without any secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserView {
    /// `DU…`
    pub id: String,
    /// User name.
    pub username: String,
    /// The vendor's word.
    pub status: String,
    /// Whether a directory is the master.
    pub synchronised: bool,
    /// Groups the person is in.
    pub groups: Vec<GroupOf>,
    /// Devices the person has.
    pub devices: Vec<Device>,
    /// Bypass codes that work.
    pub codes: Vec<CodeView>,
    /// Links that work.
    pub links: usize,
    /// How often the API made a code.
    pub codes_made: u64,
    /// How often a link was made.
    pub links_made: u64,
    /// How often the API set the status.
    pub status_changes: u64,
}

impl Desk<'_> {
    pub(super) fn views(&self) -> Vec<UserView> {
        self.state.users.iter().map(|user| self.view(user)).collect()
    }

    fn view(&self, user: &User) -> UserView {
        let person = &user.person;
        UserView {
            id: person.id.clone(),
            username: person.username.clone(),
            status: person.status.clone(),
            synchronised: person.synchronised,
            groups: person.groups.clone(),
            devices: person.devices.clone(),
            codes: user.code_views(self.now),
            links: user.links.iter().filter(|link| self.now < link.expires).count(),
            codes_made: user.codes_made,
            links_made: user.links_made,
            status_changes: user.status_changes,
        }
    }
}

/// The users, without their secrets.
pub(super) async fn users(State(fake): Lab) -> Json<Vec<UserView>> {
    Json(fake.users())
}

/// What shall be different about a user.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Difference {
    status: Option<String>,
    synchronised: Option<bool>,
}

/// Changes a user behind everybody's back.
pub(super) async fn change(State(fake): Lab, Path(id): Path<String>, Json(new): Json<Difference>) -> StatusCode {
    fake.desk(|desk| {
        let Some(user) = desk.state.user_mut(&id) else {
            return StatusCode::NOT_FOUND;
        };
        if let Some(status) = new.status {
            user.person.status = status;
        }
        if let Some(synchronised) = new.synchronised {
            user.person.synchronised = synchronised;
        }
        StatusCode::NO_CONTENT
    })
}

/// Grants these permissions, and no others.
pub(super) async fn permissions(State(fake): Lab, Json(permissions): Json<Permissions>) -> StatusCode {
    fake.permit(permissions);
    StatusCode::NO_CONTENT
}

/// What the account's policies say.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Policy {
    verified_push: bool,
}

/// Changes the account's policies.
pub(super) async fn policy(State(fake): Lab, Json(policy): Json<Policy>) -> StatusCode {
    fake.desk(|desk| desk.state.verified_push = policy.verified_push);
    StatusCode::NO_CONTENT
}

/// Pushes on their way.
pub(super) async fn pushes(State(fake): Lab) -> Json<Vec<String>> {
    Json(fake.pushes())
}

/// The person answers a push.
pub(super) async fn answer_push(State(fake): Lab, Path(txid): Path<String>, Json(answer): Json<String>) -> StatusCode {
    if fake.answer_push(&txid, &answer) {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::NOT_FOUND
    }
}
