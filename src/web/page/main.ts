import "./main.css";
document.body.append("imps");
