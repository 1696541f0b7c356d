//! Those who send people to Doorward and wait for its answer: an Okta org, an Entra sign-in, a plain relying party; and an application that Duo protects.

use std::sync::Arc;

use doorward_contract::Clock;

use crate::accounts::okta_id;
use crate::doors::Addresses;
use crate::duosso::{DuoSso, Providers};
use crate::keys::Keys;
use crate::okta::{Authenticator, OktaOrg, OktaUser, OrgWorld, Vendor};
use crate::people::{LabPerson, everybody};
use crate::rp::Rp;
use crate::seed::Seed;
use crate::sheet::Sheet;
use crate::signin::Signin;
use crate::staff::StaffProvider;
use crate::vpn::Vpn;

/// All of them.
#[derive(Clone, Debug)]
pub(crate) struct Callers {
    pub(crate) okta: Arc<OktaOrg>,
    pub(crate) signin: Arc<Signin>,
    pub(crate) rp: Arc<Rp>,
    pub(crate) duo_sso: Arc<DuoSso>,
    pub(crate) vpn: Arc<Vpn>,
    pub(crate) staff: Arc<StaffProvider>,
}

impl Callers {
    pub(crate) fn new(
        seed: Seed,
        keys: &Keys,
        addresses: &Addresses,
        sheet: &Sheet,
        providers: Providers,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, reqwest::Error> {
        Ok(Self {
            okta: OktaOrg::new(org(seed, keys, addresses), Arc::clone(clock)),
            signin: Signin::of(seed, keys, addresses, Arc::clone(clock))?,
            rp: Rp::of(sheet, addresses, Arc::clone(clock))?,
            duo_sso: DuoSso::new(providers.duo, providers.key, Arc::clone(clock))?,
            vpn: Vpn::new(
                addresses.duo.clone(),
                &addresses.rp,
                keys.duo_vpn.clone(),
                Arc::clone(clock),
            )?,
            staff: StaffProvider::of(
                &addresses.rp,
                &addresses.doorward,
                &keys.staff_secret,
                Arc::clone(clock),
            ),
        })
    }
}

/// The company's Okta org, with Doorward as vendor and as authenticator.
fn org(seed: Seed, keys: &Keys, addresses: &Addresses) -> OrgWorld {
    let (door, secret) = (&addresses.doorward, keys.okta_client_secret.clone());
    let mut vendor = Vendor::doorward(door, &keys.okta_client, secret.into());
    vendor.terms = addresses.start.clone();
    vendor.privacy = addresses.start.clone();
    let factor = keys.okta_factor_secret.clone();
    let user = |person: &LabPerson| OktaUser {
        birthdate: (!person.directory.no_birth_date).then(|| person.birth_date.clone()),
        ..OktaUser::new(
            &okta_id(seed, person),
            &person.login,
            person.directory_given(),
            person.directory_family(),
        )
    };
    OrgWorld {
        name: "Example Hospital".to_owned(),
        base: addresses.okta.clone(),
        domains: Vec::new(),
        vendor,
        authenticator: Some(Authenticator::doorward(door, &keys.okta_factor_client, factor.into())),
        users: everybody().iter().map(user).collect(),
    }
}
