/** A stand-in for a mail service: prints what it would send. */
export const mail = {
  /** `token` would be part of a link: the web server behind it completes the task. */
  async send(to: string, text: string, token?: string): Promise<void> {
    console.log(`to the ${to}: ${text}${token === undefined ? "" : " [link]"}`);
  },
};
