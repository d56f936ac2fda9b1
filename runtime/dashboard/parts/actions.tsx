/** What can be done to an execution: what the server has an operation for, and makes sense in its status. */
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { ControlAction, ExecutionDetails } from "../../client/http.js";
import type { StandingResource, WaitResource } from "../../client/observation.js";
import { can } from "../data/features.js";
import { executionPlace } from "../data/places.js";
import { client } from "../data/session.js";
import { Dialog } from "./dialog.js";
import { Toast } from "./toast.js";

interface ControlText {
  readonly label: string;
  readonly question: string;
  readonly isDangerous: boolean;
  readonly done: string;
}

const CONTROLS: Readonly<Record<ControlAction, ControlText>> = {
  suspend: {
    label: "Suspend",
    question: "Nothing is delivered to it until it is resumed. What comes meanwhile is kept; running tasks go on.",
    isDangerous: false,
    done: "It is being suspended.",
  },
  resume: {
    label: "Resume",
    question: "It goes on where it stopped, with everything that has come meanwhile.",
    isDangerous: false,
    done: "It goes on.",
  },
  cancel: {
    label: "Cancel",
    question:
      "Everything it waits for rejects with a CancelledError, so that its clean-up runs. Its children are cancelled too.",
    isDangerous: true,
    done: "It is being cancelled.",
  },
  terminate: {
    label: "Terminate",
    question: "It ends where it is, without running any of its code: no clean-up, no compensation.",
    isDangerous: true,
    done: "It is being terminated.",
  },
};

interface ActionsProps {
  readonly execution: ExecutionDetails;
  readonly waits: StandingResource | undefined;
  readonly done: () => void;
}

export function Actions({ execution: { id, status }, waits, done }: ActionsProps) {
  const [asked, ask] = useState<ControlAction | "signal" | "retry" | undefined>(undefined);
  const [said, say] = useState<string | undefined>(undefined);
  const isOpen = status === "IN_PROGRESS" || status === "SUSPENDED";
  const offered = (Object.keys(CONTROLS) as ControlAction[]).filter(
    (action) =>
      can(`post /v1/executions/{workflow}/{name}/${action}`) &&
      isOpen &&
      action !== (status === "SUSPENDED" ? "suspend" : "resume"),
  );
  const close = (): void => ask(undefined);
  const finish = (text: string): void => {
    say(text);
    done();
  };
  return (
    <>
      {isOpen ? (
        <button type="button" class="primary" onClick={() => ask("signal")}>
          Signal …
        </button>
      ) : null}
      {!isOpen && status !== "SUCCEEDED" && can("post /v1/executions/{workflow}/{name}/retry") ? (
        <button type="button" class="primary" onClick={() => ask("retry")}>
          Retry …
        </button>
      ) : null}
      {offered.map((action) => (
        <button
          key={action}
          type="button"
          class={CONTROLS[action].isDangerous ? "danger-quiet" : undefined}
          onClick={() => ask(action)}
        >
          {CONTROLS[action].label} …
        </button>
      ))}
      {asked === "signal" ? <SignalDialog id={id} waits={waits} close={close} finish={finish} /> : null}
      {asked === "retry" ? <RetryDialog id={id} close={close} /> : null}
      {asked === undefined || asked === "signal" || asked === "retry" ? null : (
        <ControlDialog id={id} action={asked} close={close} finish={finish} />
      )}
      <Toast text={said} clear={() => say(undefined)} />
    </>
  );
}

interface AskProps {
  readonly id: string;
  readonly close: () => void;
  readonly finish: (text: string) => void;
}

function ControlDialog({ id, action, close, finish }: AskProps & { readonly action: ControlAction }) {
  const { label, question, isDangerous, done } = CONTROLS[action];
  const act = async (form: FormData): Promise<void> => {
    const reason = String(form.get("reason") ?? "").trim();
    await client.value.control(id, action, reason === "" ? undefined : reason);
    finish(done);
  };
  return (
    <Dialog title={`${label} this execution?`} confirm={label} isDangerous={isDangerous} act={act} close={close}>
      <p class="dialog-subject">{id}</p>
      <p>{question}</p>
      {action === "resume" ? null : (
        <label class="field">
          <span>Reason (optional)</span>
          <input name="reason" maxLength={1024} autocomplete="off" />
        </label>
      )}
    </Dialog>
  );
}

function RetryDialog({ id, close }: Omit<AskProps, "finish">) {
  const { route } = useLocation();
  const act = async (): Promise<void> => {
    const started = await client.value.retry(id);
    route(executionPlace(started.id));
  };
  return (
    <Dialog title="Retry this execution?" confirm="Retry" act={act} close={close}>
      <p class="dialog-subject">{id}</p>
      <p>A new execution starts with the same input, on the newest program. This one stays as it is.</p>
    </Dialog>
  );
}

function SignalDialog({ id, waits, close, finish }: AskProps & { readonly waits: StandingResource | undefined }) {
  const awaited = [...new Set(waits?.stacks?.flatMap(({ waitsFor }) => signalsIn(waitsFor)) ?? [])];
  const [name, setName] = useState(awaited[0] ?? "");
  const act = async (form: FormData): Promise<void> => {
    const text = String(form.get("payload") ?? "").trim();
    await client.value.signal(id, name.trim(), text === "" ? undefined : payloadOf(text));
    finish(`Signal ${name.trim()} was sent.`);
  };
  return (
    <Dialog title="Send a signal" confirm="Send" act={act} close={close}>
      <p class="dialog-subject">{id}</p>
      <label class="field">
        <span>Signal</span>
        <input
          required
          maxLength={512}
          autocomplete="off"
          list="signals"
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </label>
      <datalist id="signals">
        {awaited.map((known) => (
          <option key={known} value={known} />
        ))}
      </datalist>
      <label class="field">
        <span>Payload, as JSON (optional)</span>
        <textarea name="payload" rows={4} spellcheck={false} placeholder={'{ "by": "Ada" }'} />
      </label>
    </Dialog>
  );
}

/** Throws for what is no JSON, before anything is sent. */
function payloadOf(text: string): Parameters<typeof client.value.signal>[2] {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : "";
    throw Object.assign(new Error(`The payload is not JSON: ${why}`), {
      remedy: 'A text is written in quotes: "Ada".',
    });
  }
}

/** Names of the signals that are waited for, alone or among others. */
function signalsIn(waits: WaitResource): readonly string[] {
  const all = waits.kind === "several" ? waits.of : [waits];
  return all.flatMap((each) => (each.kind === "signal" ? [each.signal] : []));
}
