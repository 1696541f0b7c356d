//! The link of a case, in the answer to the form that made it and nowhere else: not in an address, not in what a `GET` answers.

use axum::response::Response;
use url::Url;

use super::{At, line};
use crate::case::Case;
use crate::flow::send::Progress;
use crate::flow::{Error, give};
use crate::http::shown;
use crate::pages::desk::{Code, Given, Qr, Sending};
use crate::pages::path as place;
use doorward_contract::ContactKind;

/// Shows a link that was made just now, with a code to read out.
pub(super) async fn show(at: &At, case: Case, link: &Url) -> Response {
    match given(at, case, link).await {
        Ok(given) => at.show(given).await,
        Err(error) => at.fail(error).await,
    }
}

async fn given(at: &At, case: Case, link: &Url) -> Result<Given, Error> {
    // Whoever opened the link meanwhile needs no code.
    let spoken = match at.flow().make_code(case.clone(), at.operator()).await {
        Ok((_, spoken)) => Some(spoken),
        Err(Error::Elsewhere) => None,
        Err(error) => return Err(error),
    };
    let ways = at.flow().ways_of(&case, at.operator()).await?;
    let (side, dark) = give::squares(link)?;
    let words = case.desk.words.as_ref().map(|words| {
        let (first, second) = words.pair();
        (first.to_owned(), second.to_owned())
    });
    Ok(Given {
        id: case.id.to_string(),
        number: case.number.clone(),
        person: line::person(at, &case).unwrap_or_default(),
        link: link.as_str().into(),
        until: case.expires_at,
        qr: Some(Qr { side, dark }),
        code: spoken.map(|spoken| Code {
            // Drawn in two halves.
            text: spoken.code.replace('-', "").into(),
            place: spoken_place(&at.flow().public_url),
            until: spoken.until,
        }),
        ways: ways
            .into_iter()
            .map(|way| Sending {
                id: way.id,
                by: match way.kind {
                    ContactKind::Mail => "mail",
                    ContactKind::Phone => "sms",
                },
                to: way.to,
                sent: way.last == Some(Progress::Sent),
            })
            .collect(),
        words,
        sight: shown::sight(&at.app.door, &case),
    })
}

/// Where a code is typed, as one says it: `recover.example.com/code`.
fn spoken_place(public: &Url) -> String {
    let host = public.host_str().unwrap_or_default();
    let port = public.port().map_or_else(String::new, |port| format!(":{port}"));
    format!("{host}{port}{}", place::ENTER_CODE)
}
