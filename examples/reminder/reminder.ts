import { workflow, task, duration } from "eventual";
import { emailClient } from "./email-client";

export const reminderWorkflow = workflow("reminder", async (email: string) => {
  while (true) {
    await duration(1, "day");
    await sendReminder(email);
  }
});
const sendReminder = task("sendReminder", async (email: string) => {
  await emailClient.send(email, "reminder message");
});
