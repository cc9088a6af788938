import "./style.css";
export const handler = async () => 1;
