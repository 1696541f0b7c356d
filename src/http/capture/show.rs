//! Which screen a browser is shown: read from where the session stands and who asks, and nothing else.

use axum::response::{IntoResponse, Response};
use doorward_contract::DocumentKind;

use super::who::{Photographer, to_return};
use crate::builtin::{self, Hand, Offer, Place, Session};
use crate::pages::Page;
use crate::pages::capture::{
    ChooseKind, Confirm, Follow, FollowAt, Hint, PhoneWords, Said, Setting, Side, TakeSelfie, TakeSide, Ways, Where,
};
use crate::source::Door;

/// What is shown.
pub(super) enum Shown {
    /// A screen.
    Page(Box<Page>),
    /// Everything was given: on to where the case looks what came of it.
    Away(std::sync::Arc<str>),
}

impl Shown {
    fn page(page: impl Into<Page>) -> Self {
        Self::Page(Box::new(page.into()))
    }

    pub(super) fn into_response(self, door: &Door) -> Response {
        match self {
            Self::Page(page) => door.show(*page).into_response(),
            Self::Away(verifier) => to_return(&verifier),
        }
    }
}

/// What every screen of this browser has.
pub(super) fn setting(who: &Photographer) -> Setting {
    Setting {
        number: who.session.number.clone(),
        form_token: who.form_token.clone(),
        own: who.own,
    }
}

/// The screen for where the session stands. `here`: this very device takes the pictures, nobody is asked which.
pub(super) fn shown(door: &Door, who: &Photographer, here: bool) -> Shown {
    let session = &who.session;
    match (session.place, who.own) {
        (Place::Done, true) => return Shown::Away(who.verifier.clone()),
        (Place::Done, false) => return Shown::page(Said::PhoneDone(setting(who))),
        _ => {}
    }
    let now = door.flow.now();
    match (who.own, session.hand, &session.offer) {
        (true, Hand::Phone, _) => Shown::page(Follow {
            setting: setting(who),
            at: follow_at(session.place),
            back: has_back(session),
        }),
        (true, Hand::Own, Some(Offer::Opened { words, until })) if now < *until => Shown::page(Confirm {
            setting: setting(who),
            words: words.clone(),
        }),
        (true, Hand::Own, Some(Offer::Open { until })) if now < *until => Shown::page(Where {
            setting: setting(who),
            offered: true,
        }),
        (true, Hand::Own, _) if session.place == Place::Kind && !here => Shown::page(Where {
            setting: setting(who),
            offered: false,
        }),
        (false, Hand::Own, Some(Offer::Opened { words, until })) if now < *until => Shown::page(PhoneWords {
            setting: setting(who),
            words: words.clone(),
        }),
        (false, Hand::Own, _) => Shown::page(Said::PhoneGone),
        (true, Hand::Own, _) | (false, Hand::Phone, _) => Shown::page(taking(who, session, None, here)),
    }
}

/// The screen of the picture that is wanted now, with what was the matter with the last one.
pub(super) fn taking(who: &Photographer, session: &Session, hint: Option<builtin::Hint>, here: bool) -> Page {
    let setting = setting(who);
    let hint = hint.or(session.hint).map(hinted);
    let back = has_back(session);
    let ways = Ways {
        upload: session.documents.upload,
        // A phone that is the case's own browser has no use for another.
        phone: who.own && !here,
        another: session.another,
    };
    match (session.place, session.kind) {
        (Place::Side(side), Some(kind)) => TakeSide {
            setting,
            kind,
            side: match side {
                builtin::Side::Front => Side::Front,
                builtin::Side::Back => Side::Back,
            },
            back,
            hint,
            left: match side {
                builtin::Side::Front => session.tries.front,
                builtin::Side::Back => session.tries.back,
            },
            ways,
        }
        .into(),
        (Place::Selfie | Place::Done, _) => TakeSelfie {
            setting,
            back,
            hint,
            left: if session.still.is_some() {
                session.tries.selfie
            } else {
                session.tries.challenge
            },
            still: session.still.clone(),
            ways,
        }
        .into(),
        (Place::Kind | Place::Side(_), _) => ChooseKind {
            setting,
            kinds: session.documents.kinds.clone(),
            phone: ways.phone,
        }
        .into(),
    }
}

fn follow_at(place: Place) -> FollowAt {
    match place {
        Place::Kind => FollowAt::Kind,
        Place::Side(builtin::Side::Front) => FollowAt::Front,
        Place::Side(builtin::Side::Back) => FollowAt::Back,
        Place::Selfie | Place::Done => FollowAt::Selfie,
    }
}

/// Whether the document's back is photographed as well: cards have their code there. Not chosen yet: most have.
fn has_back(session: &Session) -> bool {
    session.kind != Some(DocumentKind::Passport)
}

fn hinted(hint: builtin::Hint) -> Hint {
    use builtin::Hint as H;
    match hint {
        H::Dark => Hint::Dark,
        H::Bright => Hint::Bright,
        H::Glare => Hint::Glare,
        H::Blurred => Hint::Blurred,
        H::Closer => Hint::Closer,
        H::Farther => Hint::Farther,
        H::Corners => Hint::Corners,
        H::Centre => Hint::Centre,
        H::NoDocument => Hint::NoDocument,
        H::NoCode => Hint::NoCode,
        H::OtherSide => Hint::OtherSide,
        H::OtherKind => Hint::OtherKind,
        H::NoFace => Hint::NoFace,
        H::SeveralFaces => Hint::SeveralFaces,
        H::FaceTurned => Hint::FaceTurned,
        H::FaceCovered => Hint::FaceCovered,
        H::Grey => Hint::Grey,
        H::HoldStill => Hint::HoldStill,
        H::Slowly => Hint::Slowly,
        H::Retake => Hint::Retake,
        H::FileTooLarge => Hint::FileTooLarge,
        H::NotAPicture => Hint::NotAPicture,
        H::Unwanted => Hint::Unwanted,
    }
}
