/** Instances of classes of the module across waits: async methods, inheritance, statics, accessors, bound methods. */
import { duration, task, workflow } from "eventual";
import { show } from "./support/show";
import { started } from "./support/started";

const price = task("price", async (sku: string) => {
  started("price");
  return sku.length * 10;
});

class Item {
  static made = 0;
  quantity = 1;
  readonly tags = new Set<string>();

  constructor(readonly sku: string) {
    Item.made++;
  }

  static async create(sku: string): Promise<Item> {
    await duration(1);
    return new this(sku);
  }

  async total(): Promise<number> {
    const each = await price(this.sku);
    await duration(1);
    return each * this.quantity;
  }

  get label(): string {
    return `${this.sku}x${this.quantity}`;
  }

  set label(text: string) {
    this.quantity = Number(text.split("x")[1]);
  }

  describe(): string {
    return `item ${this.label}`;
  }
}

class Gift extends Item {
  wrapping = "paper";
  onReady: (() => Promise<string>) | undefined;
  readonly bound = (): string => `bound to ${this.sku}`;

  override async total(): Promise<number> {
    const base = await Item.prototype.total.call(this);
    return base + (await price(this.wrapping));
  }

  override describe(): string {
    return `gift ${super.describe()}`;
  }
}

class Basket {
  readonly items: Item[] = [];

  async add(...skus: string[]): Promise<this> {
    for (const sku of skus) this.items.push(await (sku.startsWith("g") ? Gift : Item).create(sku));
    return this;
  }
}

export const main = workflow("main", async () => {
  const trace: string[] = [];
  const basket = new Basket();
  await (await basket.add("ab", "gift")).add("c");
  await duration(1, "day");
  const [plain, gift] = basket.items as [Item, Gift, Item];
  trace.push(show(basket.items.map((item) => [item.describe(), item.constructor.name, item instanceof Gift])));
  plain.label = "ax3";
  plain.tags.add("sale");
  gift.onReady = async () => {
    await duration(1);
    return `${gift.describe()} of ${basket.items.length}`;
  };
  trace.push(show(await Promise.all(basket.items.map((item) => item.total()))), show(Item.made));
  trace.push(await gift.onReady(), gift.bound());
  const method = plain.describe.bind(plain);
  const unbound = gift.total;
  await duration(1);
  trace.push(method(), show(await unbound.call(gift)), show(Object.keys(gift)), show(plain));
  const proto = Object.getPrototypeOf(gift) as object;
  trace.push(show([proto === Gift.prototype, Object.getPrototypeOf(proto) === Item.prototype, "label" in gift]));
  const copies = [Object.assign(Object.create(Item.prototype) as Item, plain), { ...plain }];
  await duration(1);
  trace.push(show(copies.map((copy) => copy instanceof Item)), (copies[0] as Item).describe());
  return trace;
});
