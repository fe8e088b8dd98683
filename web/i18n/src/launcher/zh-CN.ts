export default { title: "在线客服" } as const;
