// What several flows look for in the same way.
import assert from "node:assert/strict";

/** The provider refuses with one of these OAuth errors. */
export async function refused(attempt, ...errors) {
  const thrown = await attempt.then(() => assert.fail(`${errors} was expected, and nothing was refused`), (error) => error);
  // A 401 with a challenge (RFC 6749 §5.2) is told apart by the library, which leaves the body alone.
  const error = thrown.error ?? (await thrown.response?.json().catch(() => ({})))?.error;
  assert.ok(errors.includes(error), `${errors} was expected, not ${error} (${thrown.message})`);
}

/** A resource refuses the token with this challenge (RFC 6750 §3.1, RFC 9449 §7.1). */
export async function challenged(attempt, error, scheme) {
  await assert.rejects(attempt, (thrown) => {
    const challenge = thrown.cause?.find?.((one) => one.scheme === scheme);
    assert.ok(challenge, `a ${scheme} challenge, not ${thrown.name}: ${thrown.message}`);
    assert.equal(challenge.parameters.error, error);
    assert.equal(thrown.status, 401);
    return true;
  });
}

/** The claims of an ID token that the library has checked: what it does not look at, or what we want to be sure of. */
export function idToken(claims, { issuer, clientId, nonce }) {
  const now = Date.now() / 1000;
  assert.equal(claims.iss, issuer);
  assert.deepEqual([claims.aud].flat(), [clientId]);
  assert.equal(claims.nonce, nonce);
  assert.match(claims.sub, /^[\x21-\x7e]{1,255}$/);
  assert.ok(claims.exp > now && claims.exp <= now + 3600, "lives at most an hour");
  assert.ok(Math.abs(claims.iat - now) < 60, "was issued now");
  if ("auth_time" in claims) assert.ok(claims.auth_time <= now + 1 && claims.auth_time > now - 120, "the person was there just now");
}

/** The header of a token, unverified. */
export const header = (token) => JSON.parse(Buffer.from(token.split(".")[0], "base64url"));
