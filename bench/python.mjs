export const findPython = () => ({ versions: {} });
