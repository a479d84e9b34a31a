import { expect, test } from "vitest";
import { deliveryOf, placeOf } from "./told";

const AT = "2030-01-07T09:04:00.000Z";

test("a letter that was sent was delivered then", () => {
  expect(deliveryOf({ state: "sent", sent_at: AT, trouble: null })).toEqual({ name: "delivered", at: AT });
});

test("a letter that nobody tried to send yet waits", () => {
  expect(deliveryOf({ state: "pending", sent_at: null, trouble: null })).toEqual({ name: "waits" });
});

test.each([
  ["no_address", "no_address"],
  ["address_refused", "address_refused"],
  ["mail_unreachable", "server"],
  ["a_code_of_a_later_release", "server"],
])("trouble %s is said as %s", (trouble, why) => {
  expect(deliveryOf({ state: "pending", sent_at: null, trouble })).toEqual({ name: "failed", why });
});

test("each letter leads to where what it is about is seen", () => {
  const about = { subject: "instance", subject_id: "i1" } as const;
  expect(placeOf({ kind: "lifetime_warning", ...about }).to).toBe("/instances/i1");
  expect(placeOf({ kind: "request_made", ...about }).to).toBe("/support/requests");
  expect(placeOf({ kind: "bin_warning", subject: "workspace", subject_id: "w1" }).to).toBe("/bin");
});
