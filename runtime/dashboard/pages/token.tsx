/** Asks for a token where the server wants one. */
import { refused, setToken, token } from "../data/session.js";
import { ProblemNote } from "../parts/problem.js";

export function TokenPage() {
  const submit = (event: SubmitEvent & { readonly currentTarget: HTMLFormElement }): void => {
    event.preventDefault();
    const given = String(new FormData(event.currentTarget).get("token") ?? "").trim();
    if (given !== "") setToken(given);
  };
  return (
    <main class="gate" id="main">
      <form class="card gate-card" onSubmit={submit}>
        <h1>This server asks for a token</h1>
        <p class="hint">
          It stays in this tab and is forgotten with it. Whoever runs the server makes tokens and keeps their hashes in
          the file of <code>--tokens</code>.
        </p>
        {token.value === undefined || refused.value === undefined ? null : (
          <ProblemNote error={refused.value} focused />
        )}
        <label class="field">
          <span>Token</span>
          <input name="token" type="password" required autocomplete="off" spellcheck={false} />
        </label>
        <div class="dialog-actions">
          <button type="submit" class="primary">
            Go on
          </button>
        </div>
      </form>
    </main>
  );
}
