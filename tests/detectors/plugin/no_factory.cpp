int towfish_something_else() {
  return 1;
}
