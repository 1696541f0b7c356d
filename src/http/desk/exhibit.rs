//! Pictures of a proof, to the reviewer who has the case: marked with their name and the time, kept by no browser and no proxy.

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::{At, review};
use crate::flow::Error;
use crate::pages::desk::{Exhibits, Picture, Read, Remark};
use doorward_contract::{self as contract, Shows, VendorError, Weight};

/// Longer names are none of ours.
const LONGEST_NAME: usize = 40;

/// One picture. Whoever may not see it learns nothing, not even whether there is one.
pub(super) async fn picture(at: At, Path((id, name)): Path<(String, String)>) -> Response {
    let case = match review::found(&at, &id).await {
        Ok(case) => case,
        Err(refused) => return refused,
    };
    let plain = name.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '-');
    if !plain || name.len() > LONGEST_NAME {
        return at.nothing().await;
    }
    let id = case.id.clone();
    match at.flow().picture(case, at.operator(), &name).await {
        Ok(jpeg) => {
            let headers = [
                (CONTENT_TYPE, "image/jpeg"),
                (CACHE_CONTROL, "no-store"),
                (CONTENT_DISPOSITION, "inline"),
            ];
            (headers, jpeg).into_response()
        }
        Err(
            Error::MayNot(_)
            | Error::Elsewhere
            | Error::Vendor(VendorError::Missing { .. } | VendorError::Refused { .. }),
        ) => at.nothing().await,
        Err(error) => at.fail_at(&id, error).await,
    }
}

/// What a verifier has to show, in the order of the page.
pub(super) fn shown(exhibits: &contract::Exhibits) -> Exhibits {
    let of = |wanted: fn(Shows) -> bool| -> Vec<Picture> {
        let pictures = exhibits.pictures.iter().filter(|one| wanted(one.shows));
        pictures.map(picture_of).collect()
    };
    Exhibits {
        pictures: of(|shows| matches!(shows, Shows::Front | Shows::Back | Shows::Selfie)),
        read: exhibits.read.iter().map(read).collect(),
        findings: exhibits.findings.iter().map(remark).collect(),
        frames: of(|shows| matches!(shows, Shows::Frame(_))),
        pair: of(|shows| matches!(shows, Shows::Portrait | Shows::Face)),
        similarity: exhibits.similarity.clone(),
        assurance: exhibits.assurance.clone(),
    }
}

fn picture_of(exhibit: &contract::Exhibit) -> Picture {
    let (shows, step) = match exhibit.shows {
        Shows::Front => ("front", None),
        Shows::Back => ("back", None),
        Shows::Portrait => ("portrait", None),
        Shows::Selfie => ("selfie", None),
        Shows::Face => ("face", None),
        Shows::Frame(step) => ("frame", Some(step)),
    };
    Picture {
        name: exhibit.name.clone(),
        shows,
        step,
    }
}

fn read(field: &contract::ReadField) -> Read {
    Read {
        field: field.field.clone(),
        value: field.value.replace('_', " "),
        code: field.source.clone(),
        checked: field.checked,
    }
}

fn remark(remark: &contract::Remark) -> Remark {
    Remark {
        weight: match remark.weight {
            Weight::Contradiction => "contradiction",
            Weight::Signal => "signal",
            Weight::Fact => "fact",
        },
        word: remark.word.clone(),
        about: remark.about.clone(),
    }
}
