// Zendesk: an internal note on the ticket whose number was given as the case's.
//
//   TARGET_URL     https://YOUR-SUBDOMAIN.zendesk.com
//   ZENDESK_TOKEN  an OAuth access token with `tickets:write`
//
// PUT /api/v2/tickets/{id}, "Update Ticket" (https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/,
// November 2026). A message that comes twice leaves two notes, with the same id at their ends.
import { told } from "./relay.mjs";

export default function zendesk(message, settings, id) {
  const ticket = message.data.case.ticket ?? "";
  if (!/^\d+$/.test(ticket)) return null;
  return {
    url: new URL(`/api/v2/tickets/${ticket}.json`, settings.TARGET_URL),
    method: "PUT",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${settings.ZENDESK_TOKEN}` },
    body: JSON.stringify({ ticket: { comment: { body: `${told(message)}\n(${id})`, public: false } } }),
  };
}
