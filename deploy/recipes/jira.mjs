// Jira Service Management: an internal comment on the request whose key was given as the case's ticket.
//
//   TARGET_URL   https://YOUR-SITE.atlassian.net
//   JIRA_USER    the e-mail address of an agent that is a machine; JIRA_TOKEN its API token
//
// POST /rest/servicedeskapi/request/{key}/comment, "Create request comment"
// (https://developer.atlassian.com/cloud/jira/service-desk/rest/api-group-request/, November 2026). `public: false` keeps it
// from the customer: whoever reads that mailbox may not be them.
import { told } from "./relay.mjs";

const KEY = /^[A-Z][A-Z0-9_]+-\d+$/;

export default function jira(message, settings) {
  const key = message.data.case.ticket ?? "";
  if (!KEY.test(key)) return null;
  return {
    url: new URL(`/rest/servicedeskapi/request/${key}/comment`, settings.TARGET_URL),
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/json",
      Authorization: `Basic ${Buffer.from(`${settings.JIRA_USER}:${settings.JIRA_TOKEN}`).toString("base64")}`,
    },
    body: JSON.stringify({ body: told(message), public: false }),
  };
}
