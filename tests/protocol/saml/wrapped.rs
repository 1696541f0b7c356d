//! A genuine signature moved about, so that what is checked and what is read might be two things (Somorovsky and others, "On
//! Breaking SAML: Be Whoever You Want to Be", 2012). A wrapped request would have the answer go astray.

use super::*;

on_both! {
    what_is_read_is_what_was_signed_however_it_is_wrapped
}

const SHAPE: &str = "signature of another shape";
const WRONG: &str = "signature does not fit";

/// A genuine request, its signature, the same without it, and one of the attacker's.
struct Cut {
    whole: String,
    signature: String,
    bare: String,
    evil: String,
}

impl Bench {
    fn cut(&self) -> Cut {
        let request = self.ask();
        let whole = self.sealed(&request);
        let (before, rest) = whole.split_once("<ds:Signature ").unwrap();
        let (inner, after) = rest.split_once("</ds:Signature>").unwrap();
        let mut evil = request.clone();
        evil.id = "_evil".to_owned();
        evil.person = Some("mallory@example.com".to_owned());
        Cut {
            signature: format!("<ds:Signature {inner}</ds:Signature>"),
            bare: format!("{before}{after}"),
            evil: evil.xml(),
            whole,
        }
    }
}

/// Something put in right behind the issuer, where signatures stand.
fn behind_issuer(xml: &str, more: &str) -> String {
    xml.replacen("</saml:Issuer>", &format!("</saml:Issuer>{more}"), 1)
}

fn at_end(xml: &str, more: &str) -> String {
    xml.replace("</samlp:AuthnRequest>", &format!("{more}</samlp:AuthnRequest>"))
}

fn extensions(inner: &str) -> String {
    format!("<samlp:Extensions>{inner}</samlp:Extensions>")
}

/// The first name of a message, replaced.
fn named(xml: &str, id: &str) -> String {
    let (before, rest) = xml.split_once(" ID=\"").unwrap();
    let (_, after) = rest.split_once('"').unwrap();
    format!("{before} ID=\"{id}\"{after}")
}

fn id_of(xml: &str) -> String {
    let (_, rest) = xml.split_once(" ID=\"").unwrap();
    rest.split_once('"').unwrap().0.to_owned()
}

async fn what_is_read_is_what_was_signed_however_it_is_wrapped(bench: Bench) {
    type Wrap = fn(&Cut, &Bench) -> String;
    let ways: [(&str, Wrap, &str); 14] = [
        (
            "the signed one within another",
            |cut, _| at_end(&cut.evil, &extensions(&cut.whole)),
            SHAPE,
        ),
        (
            "the signed one within another that carries its signature",
            |cut, _| at_end(&behind_issuer(&cut.evil, &cut.signature), &extensions(&cut.bare)),
            SHAPE,
        ),
        (
            "the same under the same name",
            |cut, _| {
                let evil = named(&cut.evil, &id_of(&cut.bare));
                at_end(&behind_issuer(&evil, &cut.signature), &extensions(&cut.bare))
            },
            SHAPE,
        ),
        (
            "the signed one within its own signature",
            |cut, _| {
                let object = format!("<ds:Object>{}</ds:Object></ds:Signature>", cut.bare);
                behind_issuer(&cut.evil, &cut.signature.replace("</ds:Signature>", &object))
            },
            SHAPE,
        ),
        (
            "the same under the same name, in the key's place",
            |cut, _| {
                let evil = named(&cut.evil, &id_of(&cut.bare));
                let key = format!("<ds:KeyInfo>{}", cut.bare);
                behind_issuer(&evil, &cut.signature.replace("<ds:KeyInfo>", &key))
            },
            SHAPE,
        ),
        (
            "another within the signed one",
            |cut, _| at_end(&cut.whole, &extensions(&cut.evil)),
            WRONG,
        ),
        (
            "another within the signature of the signed one",
            |cut, _| cut.whole.replace("<ds:KeyInfo>", &format!("<ds:KeyInfo>{}", cut.evil)),
            "",
        ),
        (
            "another issuer within the signature",
            |cut, _| {
                cut.whole
                    .replace("<ds:KeyInfo>", "<ds:KeyInfo><saml:Issuer>x</saml:Issuer>")
            },
            "",
        ),
        (
            "the signature elsewhere than behind the issuer",
            |cut, _| at_end(&cut.bare, &extensions(&cut.signature)),
            SHAPE,
        ),
        (
            "two signatures",
            |cut, _| behind_issuer(&cut.whole, &cut.signature),
            SHAPE,
        ),
        (
            "a stranger's signature over another, and the genuine one within",
            |cut, _| {
                let other = Key::stranger().unwrap();
                other
                    .seal(&at_end(&cut.evil, &extensions(&cut.whole)), "_evil")
                    .unwrap()
            },
            SHAPE,
        ),
        (
            "the same name once more, as xml:id",
            |cut, _| {
                let id = id_of(&cut.whole);
                at_end(&cut.whole, &format!("<samlp:Extensions xml:id=\"{id}\"/>"))
            },
            SHAPE,
        ),
        (
            "the same name once more, in other letters",
            |cut, _| {
                let id = id_of(&cut.whole);
                cut.whole.replace("<ds:KeyInfo>", &format!("<ds:KeyInfo Id=\"{id}\">"))
            },
            SHAPE,
        ),
        (
            "the genuine signature over another message",
            |cut, _| behind_issuer(&named(&cut.evil, &id_of(&cut.bare)), &cut.signature),
            WRONG,
        ),
    ];
    for (what, wrap, why) in ways {
        bench.next_minute();
        let cut = bench.cut();
        let wrapped = wrap(&cut, &bench);
        if why.is_empty() {
            // In the signature itself anything may stand beside the key: nothing of it is read. What is read is what was
            // signed, which names nobody: the person is asked.
            assert!(asks_whose(bench.post(&wrapped).await).await, "{what}");
        } else {
            bench.refuses_form(what, &wrapped, why).await;
            // The genuine one was never taken up by that.
            assert!(asks_whose(bench.post(&cut.whole).await).await, "{what}");
        }
    }
}
