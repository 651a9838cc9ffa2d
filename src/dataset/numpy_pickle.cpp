#include "dataset/numpy_pickle.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "dataset/pickle.h"

namespace imps::pickle {
namespace {

// NumPy's own pickles need a stack of about a thousand (a list is filled in pieces of that many).
constexpr std::size_t kMostStack = 65'536;
constexpr std::size_t kMostTuple = 64;
// A performance takes seven tuples and a dozen places in the memo: this is 150,000 performances.
constexpr std::size_t kMostThings = std::size_t{1} << 21U;

}  // namespace

class Machine {
 public:
  explicit Machine(std::span<const std::byte> pickle) : reader_(pickle), size_(pickle.size()) {}

  Result<Arrays> run() {
    while (true) {
      const auto one = reader_.next();
      if (!one) return one.error();
      if (one->op == Op::stop) break;
      if (auto done = step(*one); !done) return done.error();
      if (auto within = check_size(); !within) return within.error();
    }
    if (stack_.size() != 1 || !std::holds_alternative<ArrayAt>(stack_.back()))
      return odd("it leaves no array");
    made_.top_ = std::get<ArrayAt>(stack_.back());
    return std::move(made_);
  }

 private:
  Result<void> step(const Instruction& one) {
    switch (one.op) {
      case Op::proto:
        if (one.number < 2 || one.number > 5)
          return odd(fmt::format("protocol {}; 2 to 5 are read", one.number));
        return {};
      case Op::frame:
      case Op::stop:
        return {};
      case Op::mark:
        return push(Mark{});
      case Op::none:
        return push(Nothing{});
      case Op::new_true:
        return push(true);
      case Op::new_false:
        return push(false);
      case Op::binint:
      case Op::binint1:
      case Op::binint2:
      case Op::long1:
        return push(one.number);
      case Op::binfloat:
        return push(one.real);
      case Op::binunicode:
      case Op::short_binunicode:
      case Op::binunicode8:
        return push(Text{one.text});
      case Op::binbytes:
      case Op::short_binbytes:
      case Op::binbytes8:
      case Op::bytearray8:
        return push(Bytes{one.text});
      case Op::empty_list:
        made_.lists_.emplace_back();
        return push(ListAt{made_.lists_.size() - 1});
      case Op::append:
        return append(1);
      case Op::appends:
        return to_mark([this](std::size_t count) { return append(count); });
      case Op::empty_tuple:
        return tuple(0);
      case Op::tuple1:
        return tuple(1);
      case Op::tuple2:
        return tuple(2);
      case Op::tuple3:
        return tuple(3);
      case Op::tuple:
        return to_mark([this](std::size_t count) { return tuple(count); });
      case Op::binput:
      case Op::long_binput:
        return remember(static_cast<std::uint64_t>(one.number));
      case Op::memoize:
        return remember(memo_.size());
      case Op::binget:
      case Op::long_binget: {
        const auto found = memo_.find(static_cast<std::uint64_t>(one.number));
        if (found == memo_.end()) return odd("it fetches what it never put away");
        return push(found->second);
      }
      case Op::global: {
        const auto middle = one.text.find('\n');
        return push_global(one.text.substr(0, middle), one.text.substr(middle + 1));
      }
      case Op::stack_global: {
        const auto name = pop<Text>();
        const auto module = pop<Text>();
        if (!name || !module) return odd("a name that is no text");
        return push_global(module->text, name->text);
      }
      case Op::reduce:
        return reduce();
      case Op::build:
        return build();
    }
    return odd("an instruction of another kind");
  }

  /// Memory stays within a small multiple of the pickle, whatever it says.
  [[nodiscard]] Result<void> check_size() const {
    const std::size_t things =
        tuples_.size() + made_.lists_.size() + types_.size() + made_.arrays_.size() + memo_.size();
    // The shortest number in a list that NumPy writes has 9 bytes.
    if (stack_.size() > kMostStack || things > kMostThings || listed_ > size_ / 8 + 1000 ||
        encoded_bytes_ > size_) {
      return odd("it builds more than a dataset needs");
    }
    return {};
  }

  Result<void> push(Value value) {
    stack_.push_back(value);
    return {};
  }

  template <class T>
  std::optional<T> pop() {
    if (stack_.empty() || !std::holds_alternative<T>(stack_.back())) return std::nullopt;
    const T value = std::get<T>(stack_.back());
    stack_.pop_back();
    return value;
  }

  /// Takes the last mark away, and does `act` with the number of values above it.
  template <class Act>
  Result<void> to_mark(Act act) {
    const auto mark = std::find_if(stack_.rbegin(), stack_.rend(), [](const Value& value) {
      return std::holds_alternative<Mark>(value);
    });
    if (mark == stack_.rend()) return odd("a mark is missing");
    const auto count = static_cast<std::size_t>(mark - stack_.rbegin());
    stack_.erase(std::next(mark).base());
    return act(count);
  }

  Result<void> append(std::size_t count) {
    if (stack_.size() <= count ||
        !std::holds_alternative<ListAt>(stack_[stack_.size() - count - 1]))
      return odd("something is appended to no list");
    auto& list = made_.lists_[std::get<ListAt>(stack_[stack_.size() - count - 1]).index];
    const auto first = stack_.end() - static_cast<std::ptrdiff_t>(count);
    list.insert(list.end(), first, stack_.end());
    listed_ += count;
    stack_.erase(first, stack_.end());
    return {};
  }

  Result<void> tuple(std::size_t count) {
    if (stack_.size() < count || count > kMostTuple) return odd("a tuple of the wrong length");
    const auto first = stack_.end() - static_cast<std::ptrdiff_t>(count);
    tuples_.emplace_back(first, stack_.end());
    stack_.erase(first, stack_.end());
    return push(TupleAt{tuples_.size() - 1});
  }

  Result<void> remember(std::uint64_t slot) {
    if (stack_.empty()) return odd("it puts nothing away");
    memo_.insert_or_assign(slot, stack_.back());
    return {};
  }

  Result<void> push_global(std::string_view module, std::string_view name) {
    struct Known {
      std::string_view module;  // in NumPy 1; NumPy 2 has numpy._core for numpy.core
      std::string_view name;
      Global global;
    };
    static constexpr Known kKnown[] = {
        {"numpy.core.multiarray", "_reconstruct", Global::reconstruct},
        {"numpy._core.multiarray", "_reconstruct", Global::reconstruct},
        {"numpy", "ndarray", Global::ndarray},
        {"numpy", "dtype", Global::dtype},
        {"_codecs", "encode", Global::encode},
        {"__builtin__", "bytes", Global::bytes},  // of no rows, in protocol 2
        {"numpy.core.numeric", "_frombuffer", Global::frombuffer},
        {"numpy._core.numeric", "_frombuffer", Global::frombuffer},
    };
    for (const Known& known : kKnown) {
      if (known.module == module && known.name == name) return push(known.global);
    }
    const auto readable = [](std::string_view text) {
      std::string out(text.substr(0, 64));
      std::ranges::replace_if(
          out, [](char c) { return c < ' ' || c > '~'; }, '?');
      return out;
    };
    return Error{
        fmt::format("its pickle asks for {}.{}, which is none of what NumPy's arrays need: nothing "
                    "of it was run; do not trust the file",
                    readable(module), readable(name))};
  }

  template <class T>
  std::optional<T> item(const std::vector<Value>& tuple, std::size_t k) const {
    if (k >= tuple.size() || !std::holds_alternative<T>(tuple[k])) return std::nullopt;
    return std::get<T>(tuple[k]);
  }

  Result<void> reduce() {
    const auto arguments = pop<TupleAt>();
    const auto function = pop<Global>();
    if (!arguments || !function) return odd("a call of something else than a name");
    const auto& tuple = tuples_[arguments->index];
    switch (*function) {
      case Global::reconstruct:
        if (tuple.size() != 3 || item<Global>(tuple, 0) != Global::ndarray)
          return odd("an array of another class");
        made_.arrays_.emplace_back();
        return push(ArrayAt{made_.arrays_.size() - 1});
      case Global::dtype:
        return make_type(tuple);
      case Global::encode:
        return encode(tuple);
      case Global::bytes:
        if (!tuple.empty()) return odd("bytes of something");
        return push(Bytes{});
      case Global::frombuffer:
        return from_buffer(tuple);
      case Global::ndarray:
        break;
    }
    return odd("a call of numpy.ndarray");
  }

  Result<void> make_type(const std::vector<Value>& tuple) {
    const auto name = item<Text>(tuple, 0);
    if (!name) return odd("a type without a name");
    if (name->text == "O8" || name->text == "O") {
      types_.push_back(Kind::objects);
    } else if (name->text == "f4") {
      types_.push_back(Kind::float32);
    } else if (name->text == "f8") {
      types_.push_back(Kind::float64);
    } else {
      return Error{fmt::format(
          "an array of type {:.20}, expected float32 (f4) or float64 (f8) [rows, dimension]",
          name->text)};
    }
    return push(TypeAt{types_.size() - 1});
  }

  /// _codecs.encode(text, "latin1"): how protocol 2 writes bytes. Code points to 255, in UTF-8.
  Result<void> encode(const std::vector<Value>& tuple) {
    const auto text = item<Text>(tuple, 0);
    const auto codec = item<Text>(tuple, 1);
    if (tuple.size() != 2 || !text || !codec || codec->text != "latin1") return odd("an encoding");
    std::string bytes;
    bytes.reserve(text->text.size());
    for (std::size_t k = 0; k < text->text.size(); ++k) {
      const auto c = static_cast<unsigned char>(text->text[k]);
      if (c < 0x80U) {
        bytes += static_cast<char>(c);
        continue;
      }
      const auto next =
          k + 1 < text->text.size() ? static_cast<unsigned char>(text->text[k + 1]) : 0U;
      if ((c != 0xC2U && c != 0xC3U) || (next & 0xC0U) != 0x80U) return odd("bytes in no latin1");
      bytes += static_cast<char>((c & 0x03U) << 6U | (next & 0x3FU));
      ++k;
    }
    encoded_bytes_ += bytes.size();
    made_.encoded_.push_back(std::move(bytes));
    return push(Bytes{made_.encoded_.back()});
  }

  Result<void> from_buffer(const std::vector<Value>& tuple) {
    const auto bytes = item<Bytes>(tuple, 0);
    const auto type = item<TypeAt>(tuple, 1);
    const auto order = item<Text>(tuple, 3);
    Array array;
    if (tuple.size() != 4 || !bytes || !type || !order ||
        !read_shape(item<TupleAt>(tuple, 2), array))
      return odd("an array from a buffer of another kind");
    array.built = true;
    array.kind = types_[type->index];
    array.fortran = order->text != "C";
    array.bytes = bytes->bytes;
    if (array.kind == Kind::objects) return odd("objects in a buffer");
    made_.arrays_.push_back(std::move(array));
    return push(ArrayAt{made_.arrays_.size() - 1});
  }

  bool read_shape(std::optional<TupleAt> at, Array& array) const {
    if (!at) return false;
    for (const Value& value : tuples_[at->index]) {
      const auto* const length = std::get_if<std::int64_t>(&value);
      if (length == nullptr || *length < 0) return false;
      array.shape.push_back(static_cast<std::uint64_t>(*length));
    }
    return true;
  }

  Result<void> build() {
    const auto state = pop<TupleAt>();
    if (!state || stack_.empty()) return odd("a state that is no tuple");
    const auto& tuple = tuples_[state->index];
    if (std::holds_alternative<TypeAt>(stack_.back())) {
      const auto order = item<Text>(tuple, 1);
      if (!order || (order->text != "<" && order->text != "|" && order->text != "="))
        return Error{"its numbers have the high byte first: write it with float32 little-endian"};
      return {};
    }
    const auto* const at = std::get_if<ArrayAt>(&stack_.back());
    if (at == nullptr) return odd("a state for something else than an array");
    Array& array = made_.arrays_[at->index];
    const auto type = item<TypeAt>(tuple, 2);
    const auto fortran = item<bool>(tuple, 3);
    if (array.built || tuple.size() != 5 || !type || !fortran ||
        !read_shape(item<TupleAt>(tuple, 1), array))
      return odd("an array's state of another form");
    array.built = true;
    array.kind = types_[type->index];
    array.fortran = *fortran;
    const auto bytes = item<Bytes>(tuple, 4);
    array.list = item<ListAt>(tuple, 4);
    if (array.kind == Kind::objects ? !array.list : !bytes) return odd("an array without numbers");
    if (bytes) array.bytes = bytes->bytes;
    return {};
  }

  PickleReader reader_;
  Arrays made_;
  std::vector<Value> stack_;
  std::unordered_map<std::uint64_t, Value> memo_;
  std::vector<std::vector<Value>> tuples_;
  std::vector<Kind> types_;
  std::size_t size_;
  std::size_t encoded_bytes_ = 0;
  std::size_t listed_ = 0;  // items in all lists
};

Error odd(std::string_view what) {
  return Error{fmt::format(
      "its pickle is not one of NumPy's arrays ({}): nothing of it was run; write the file again "
      "with numpy.savez",
      what)};
}

Result<Arrays> Arrays::read(std::span<const std::byte> pickle) { return Machine(pickle).run(); }

}  // namespace imps::pickle
