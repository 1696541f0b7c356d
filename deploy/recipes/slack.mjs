// Slack: a line in a channel of the service desk.
//
//   TARGET_URL   the address of an incoming webhook, https://hooks.slack.com/services/…; it is a secret
//
// "Sending messages using incoming webhooks" (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/,
// November 2026). Only what somebody may have to act on is passed on; &, < and > are escaped as Slack asks.
import { told } from "./relay.mjs";

const WORTH = new Set(["case.opened", "case.review", "case.approval", "case.stuck", "case.closed", "case.flagged"]);
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

export default function slack(message, settings) {
  if (!WORTH.has(message.type)) return null;
  const text = escaped(told(message));
  const { purpose, opener } = message.data.case;
  const context = escaped(`${purpose} · opened by ${opener}`);
  return {
    url: settings.TARGET_URL,
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      text,
      blocks: [
        { type: "section", text: { type: "mrkdwn", text } },
        { type: "context", elements: [{ type: "mrkdwn", text: context }] },
      ],
    }),
  };
}
