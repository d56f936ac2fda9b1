/** A stand-in for the shop's own services. */
export const shop = {
  async findOrder(id: string): Promise<string> {
    return `Order ${id}: a lamp, 49 euros, delivered yesterday.`;
  },
  async refund(id: string, _payment: { readonly idempotencyKey: string }): Promise<string> {
    console.log(`the shop refunds order ${id}`);
    return `Order ${id} is refunded.`;
  },
};
