/** Stand-ins for three services of other companies: they print what they are asked for. */
import { TooHeavy } from "./too-heavy";

interface Payment {
  /** A real provider refuses to do the same payment twice. */
  readonly idempotencyKey: string;
}

export const warehouse = {
  async reserve(orderId: string, item: string): Promise<void> {
    console.log(`${orderId}: reserve ${item}`);
  },
  async release(orderId: string, item: string): Promise<void> {
    console.log(`${orderId}: release ${item}`);
  },
};

export const payments = {
  async charge(orderId: string, cents: number, _payment: Payment): Promise<void> {
    console.log(`${orderId}: charge ${cents} cents`);
  },
  async refund(orderId: string, cents: number, _payment: Payment): Promise<void> {
    console.log(`${orderId}: refund ${cents} cents`);
  },
};

export const courier = {
  /** The line is busy at the first two attempts. */
  async call(orderId: string, kilograms: number, attempt: number): Promise<string> {
    if (attempt < 2) {
      console.log(`${orderId}: the courier's line is busy`);
      throw new Error("busy");
    }
    if (kilograms > 30) throw new TooHeavy(kilograms);
    console.log(`${orderId}: the courier comes`);
    return "tomorrow at nine";
  },
};
